"""The command line: the only place that knows of Hydra."""

from limeeval.app.main import configuration_folder, main

__all__ = ["configuration_folder", "main"]
