"""Comparison of two settings, two explainers or two runs, instance by instance."""
