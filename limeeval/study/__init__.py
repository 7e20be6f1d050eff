"""What Python users hold: a sweep's rows, scores and answer, made in memory or loaded from a folder."""
