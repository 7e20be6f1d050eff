"""Sweeps: a grid of settings, the model calls they share, and the rows that come out."""
