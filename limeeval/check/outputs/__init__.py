"""What came of a check, for people and for the programs that run it."""
