"""Intervals: numbers about numbers."""
