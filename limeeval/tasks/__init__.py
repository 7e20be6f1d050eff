"""Tasks: a data set, a model fitted to it, and the instances to explain."""

from limeeval.tasks.datasets import Dataset
from limeeval.tasks.image_model import ImageModel
from limeeval.tasks.image_task import ImageTask
from limeeval.tasks.images import ImageDataset
from limeeval.tasks.instances import select_instances
from limeeval.tasks.load import load_task
from limeeval.tasks.task import Task

__all__ = ["Dataset", "ImageDataset", "ImageModel", "ImageTask", "Task", "load_task", "select_instances"]
