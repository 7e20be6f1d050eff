"""LIME itself: explanations of single predictions, each coefficient with its standard error."""

from limeeval.lime.discretize import BaseDiscretizer, DecileDiscretizer, EntropyDiscretizer, QuartileDiscretizer
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.explanation import Explanation
from limeeval.lime.image_explainer import LimeImageExplainer
from limeeval.lime.image_explanation import ImageExplanation
from limeeval.lime.model import ModelError
from limeeval.lime.recurrent import RecurrentTabularExplainer
from limeeval.lime.segmentation import SegmentationAlgorithm

__all__ = [
    "BaseDiscretizer",
    "DecileDiscretizer",
    "EntropyDiscretizer",
    "Explanation",
    "ImageExplanation",
    "LimeImageExplainer",
    "LimeTabularExplainer",
    "ModelError",
    "QuartileDiscretizer",
    "RecurrentTabularExplainer",
    "SegmentationAlgorithm",
]
