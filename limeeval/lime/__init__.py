"""LIME itself: explanations of single predictions, each coefficient with its standard error."""

from limeeval.lime.discretize import BaseDiscretizer, DecileDiscretizer, EntropyDiscretizer, QuartileDiscretizer
from limeeval.lime.explainers import LimeTabularExplainer
from limeeval.lime.explanation import Explanation
from limeeval.lime.model import ModelError
from limeeval.lime.recurrent import RecurrentTabularExplainer

__all__ = [
    "BaseDiscretizer",
    "DecileDiscretizer",
    "EntropyDiscretizer",
    "Explanation",
    "LimeTabularExplainer",
    "ModelError",
    "QuartileDiscretizer",
    "RecurrentTabularExplainer",
]
