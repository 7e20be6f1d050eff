"""What sets a job of a multirun apart from the others."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf

from limeeval.app.arguments import Line
from limeeval.app.override import parsed


def swept_values(line: Line, config: DictConfig, hydra: DictConfig) -> dict[str, Any]:
    """The swept keys and this job's values, plain Python; of a group, the name of the choice.

    ``line`` is the command line, ``config`` the job's configuration and ``hydra`` Hydra's own.
    """
    overrides = [parsed(argument, is_multirun=True) for argument in line.overrides]
    keys = [override.key for override in overrides if override.is_sweep]
    keys += [str(key) for key in OmegaConf.select(hydra, "sweeper.params") or {}]
    choices = hydra.runtime.choices
    return {key: choices[key] if key in choices else _plain(OmegaConf.select(config, key)) for key in keys}


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
