"""Thresholds that a build can trust: saved rows become verdicts, and an exit code."""
