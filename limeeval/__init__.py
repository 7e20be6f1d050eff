"""Measure how far LIME explanations can be trusted.

``limeeval.lime`` is LIME itself, with a standard error for every coefficient; ``python -m limeeval`` sweeps it over
kernel widths, sample counts and seeds and scores how much its explanations agree.
"""

__version__ = "0.1.0"
