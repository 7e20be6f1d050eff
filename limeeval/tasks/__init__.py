"""Tasks: a data set, a model fitted to it, and the instances to explain."""

from limeeval.tasks.datasets import Dataset
from limeeval.tasks.task import Task, load_task, select_instances

__all__ = ["Dataset", "Task", "load_task", "select_instances"]
