"""The answer on the terminal, in at most 30 lines."""
