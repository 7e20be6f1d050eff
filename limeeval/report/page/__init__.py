"""The page of a run, and the same in short: what stands where, in which words."""
