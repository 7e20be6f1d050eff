"""What is measured, in few words."""

from __future__ import annotations

LOG_SD = "log_sd"
"""What is compared with a baseline alone: it is no row of scores. (Its own module is slow to import.)"""
MEANINGS = {
    "jaccard": "how far the leading reasons of two runs overlap, 1 being the same ones",
    "same_set": "how often two runs name the same leading reasons",
    "same_first": "how often two runs name the same first reason",
    "r2": "share of the model's local variation that the explanation carries, on the samples that it was fitted to",
    "r2_fresh": "share of the model's local variation that the explanation carries",
    "r2_reference": "the share that it carries at the one kernel width that all settings are judged at",
    "lack_of_fit": "share of the model's local variation that even the best line misses",
    "local_gap": "distance between the model's answer for the instance and the explanation's",
    "ess": "effective samples: how many of equal weight would say as much as the weighted ones",
    "unknowns_per_effective_sample": "features and the intercept, divided by effective samples: best up to 0.1",
    "instance_leverage": "how far the explanation is forced through the instance itself, 1 being all the way",
    "condition_number": "how far features of the samples go together, 1 being not at all",
    "supported": "share of explanations that rest on enough samples",
    "r2_line": "share of the model's local variation that a line of all features carries",
    "r2_quadratic": "share of the model's local variation that a line with squares and products carries",
    "r2_trees": "share of the model's local variation that boosted trees carry",
    "nonlinear_gain": "share of the model's local variation that a richer model carries beyond a line",
    "nonlinearity_in_z": "share of the model's local variation that a line misses and the features shown could tell",
    "pure_error": "share of the model's local variation that nothing made of the features shown can tell",
    "misfit_explained": "share of what a line misses that a richer model carries",
    "pixel_spearman": "how far two explanations of one picture rank its pixels alike, 1 being all of them",
    "pixel_iou": "how far the leading pixels of two explanations of one picture overlap, 1 being the same ones",
    LOG_SD: "logarithm of how far coefficients vary from seed to seed",
}
"""What metrics are in few words; of other metrics of agreement their functions say it."""
