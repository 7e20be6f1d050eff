"""The composed configuration, checked: what yamls may have brought in beside the command line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from limeeval.app.keys import Keys, check_key, flat, known_keys, task_parameters
from limeeval.app.sources import Sources


def check_settings(settings: Mapping[str, Any], sources: Sources) -> None:
    """Checks the keys of a composed configuration, Hydra's own left out.

    Raises:
        ValueError: an unknown or missing key, or a value where keys are expected. The yaml is named if it can be told.
    """
    keys = _keys_of(sources)
    found = dict(flat(settings))
    if "experiment" in found:
        raise ValueError(f"{_experiment(sources)} must begin with the line '# @package _global_'")
    for key, value in found.items():
        check_key(key, keys, source=_in(key, sources))
        if isinstance(keys.values.get(key), Mapping) and not isinstance(value, Mapping):
            raise ValueError(f"{key} must have keys of its own, got {value}{_in(key, sources)}")
    missing = [key for key, default in keys.values.items() if default is inspect.Parameter.empty or _is_ours(key)]
    missing = [key for key in missing if key not in found]
    if missing:
        raise ValueError(f"the configuration must have the keys {', '.join(missing)}, got none")


def _keys_of(sources: Sources) -> Keys:
    """The known keys, without those that only yamls of other tasks have."""
    conf, own = sources.folders[-1], sources.folders[0] if len(sources.folders) > 1 else None
    keys, parameters = known_keys(conf, own), task_parameters()
    values = {key: value for key, value in keys.values.items() if not key.startswith("task.")}
    return Keys({**values, **parameters, "task": {}, "model": {}}, keys.choices)


def _is_ours(key: str) -> bool:
    """Whether the key stands in ``config.yaml``, not in a group."""
    return not key.startswith(("task.", "model.", "lime."))


def _experiment(sources: Sources) -> str:
    chosen = [path for path in sources.files if path.parent.name == "experiment"]
    return str(chosen[0]) if chosen else "an experiment"


def _in(key: str, sources: Sources) -> str:
    """Where a key comes from, if not from what was typed."""
    place = sources.place_of(rf"(^|[\s{{,]){re.escape(key.rpartition('.')[2])}\s*:")
    return f" (in {place})" if place and place not in sources.overrides else ""
