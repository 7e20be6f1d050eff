"""Scores of any table of attributions, and of the fits behind it: numbers with intervals."""
