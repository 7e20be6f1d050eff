"""What the command line exits with."""

DONE = 0
WRONG_USAGE = 2
"""Wrong usage, configuration or missing data; also when that is so of one job of several."""
SOME_FAILED = 3
"""Some units of work failed; finished rows are kept."""
INTERRUPTED = 130
