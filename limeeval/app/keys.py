"""Which keys and choices there are, and whether an argument names one of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limeeval.app.arguments import Line
from limeeval.app.override import Override, parsed, takes_list
from limeeval.report.nearest import did_you_mean

SLIPS = {
    "seed": "seeds",
    "instance": "instances",
    "row": "instances",
    "rows": "instances",
    "tasks": "task",
    "models": "model",
    "segmentation": "lime.segmentation",
    "experiments": "experiment",
}
FREE = ("model.params", "hydra")
"""Below these, keys are for others to check: the model's estimator, Hydra."""
PATHS = ("out", "store", "hydra.run.dir", "hydra.sweep.dir")
GROUPED = ("task.", "model.", "lime.")
"""Keys that a yaml of a group need not have."""


@dataclass(frozen=True)
class Keys:
    """The keys of a configuration.

    Attributes:
        values: known keys, dotted, sections among them, and their defaults.
        choices: the groups and what can be chosen from each.
    """

    values: Mapping[str, Any]
    choices: Mapping[str, Sequence[str]]

    def __contains__(self, key: str) -> bool:
        return key in self.values or key in self.choices or _is_free(key)


def known_keys(conf: Path, config_dir: Path | None = None) -> Keys:
    """The keys of ``config.yaml`` in ``conf``, of tasks and of models, with the choices in ``config_dir`` as well."""
    import yaml

    folders = [conf] if config_dir is None else [config_dir, conf]
    settings = yaml.safe_load((conf / "config.yaml").read_text(encoding="utf-8"))
    groups = [name for entry in settings.pop("defaults") if isinstance(entry, dict) for name in entry]
    choices = {group: choices_of(group, folders) for group in groups if not group.startswith("override ")}
    settings.pop("hydra")
    return Keys({**dict(flat(settings)), **_task_keys(folders), **_model_keys(), **_lime_keys(folders)}, choices)


def choices_of(group: str, folders: Sequence[Path]) -> list[str]:
    """Names of a group's yaml files in all folders, sorted."""
    found = {
        path.relative_to(folder / group).with_suffix("").as_posix()
        for folder in folders
        for path in (folder / group).rglob("*.yaml")
    }
    return sorted(found)


def prepared(line: Line, conf: Path) -> Line:
    """``line`` as Hydra is to get it: lists in brackets, text in quotes, new keys of a task or model with ``++``.

    Raises:
        ValueError: an argument that cannot be read, an unknown key or choice, or several values where one is meant.
    """
    if line.config_dir is not None and not line.config_dir.is_dir():
        raise ValueError(f"--config-dir must be a folder, got {line.config_dir}")
    overrides = [parsed(argument, is_multirun=line.is_multirun) for argument in line.overrides]
    if not (line.has("--config-name") or line.has("--config-path")):
        keys = known_keys(conf, line.config_dir)
        for override in overrides:
            check_override(override, keys, is_multirun=line.is_multirun)
    return Line(line.options, tuple(str(_as_hydra_wants(override)) for override in overrides))


def check_override(override: Override, keys: Keys, *, is_multirun: bool) -> None:
    """Checks one argument.

    Raises:
        ValueError: as ``prepared``.
    """
    key = override.key
    if key in PATHS and override.written.lstrip("'\"").startswith("~"):
        raise ValueError(
            f"{key} must not begin with ~, which shells leave as it is after an equals sign, got {override}"
        )
    if key.startswith(("hydra.", "hydra/")):
        _check_hydra(override)
        return
    if key in SLIPS:
        raise ValueError(f"the key is {SLIPS[key]}, got {override}")
    check_key(key if override.package is None else f"{key}@{override.package}", keys)
    if override.sign == "~" and not key.startswith("model.params."):
        raise ValueError(f"only parameters of a model can be taken away, as ~model.params.NAME, got {override}")
    _check_single(override, keys, is_multirun)
    for value in override.values:
        _check_value(override, value, keys)


def check_key(key: str, keys: Keys, *, source: str = "") -> None:
    """Checks that a key exists; ``source`` says where it came from, if not from the command line.

    Raises:
        ValueError: it does not; the nearest ones are named.
    """
    if key not in keys:
        near = did_you_mean(key, [*keys.values, *keys.choices])
        raise ValueError(f"no key {key}{source}{near or '; python -m limeeval --help lists the keys'}")


def _check_single(override: Override, keys: Keys, is_multirun: bool) -> None:
    key = override.key
    several = override.is_sweep or any(isinstance(value, list) for value in override.values)
    if not several or _is_free(key):
        return
    if key == "out":
        raise ValueError(f"out takes one folder, in which -m makes one for each job; got {override}")
    lists = takes_list(key) or isinstance(keys.values.get(key), list)
    if override.is_sweep and lists and not is_multirun:
        raise ValueError(f"{override} needs -m; without it, give the values with commas between them")
    if not lists and not (override.is_sweep and is_multirun):
        listed = "VALUE,VALUE" if "(" in override.written else override.written.strip("[]").replace(" ", "")
        raise ValueError(f"{key} takes one value; several: -m {key}={listed}")


def _check_hydra(override: Override) -> None:
    if override.is_sweep:
        raise ValueError(f"keys of hydra take one value, with -m too, got {override}")


def _check_value(override: Override, value: Any, keys: Keys) -> None:
    key = override.key
    if key in keys.choices:
        _check_choice(key, value, keys.choices[key])
    elif isinstance(keys.values.get(key), Mapping):
        if not isinstance(value, Mapping):
            example = next(iter(keys.values[key]))
            raise ValueError(f"{key} has keys of its own, as {key}.{example}=VALUE, got {override}")
        for inner, _ in flat(value, f"{key}."):
            check_key(inner, keys)


def _check_choice(group: str, value: Any, choices: Sequence[str]) -> None:
    if value is None and group == "experiment":
        return
    name = "null" if value is None else str(value)
    if name not in choices:
        known = ", ".join(choices)
        raise ValueError(f"{group} must be one of {known}, got {name}{did_you_mean(name, choices)}")


def _as_hydra_wants(override: Override) -> Override:
    """Known keys need no sign, but those that the chosen yaml may lack: there ``++`` is right either way."""
    if override.sign == "~" or override.key.startswith("hydra"):
        return override
    return override.signed("++" if override.key.startswith(GROUPED) else "")


def _is_free(key: str) -> bool:
    return any(key == free or key.startswith((f"{free}.", f"{free}/")) for free in FREE)


def task_parameters() -> dict[str, Any]:
    """The keys a task is made from, and their defaults, ``inspect.Parameter.empty`` for those that must be given."""
    from limeeval.tasks import load_task

    parameters = inspect.signature(load_task).parameters.values()
    return {f"task.{parameter.name}": parameter.default for parameter in parameters if parameter.name != "model"}


def _task_keys(folders: Sequence[Path]) -> dict[str, Any]:
    """What a task is made from, and what the yamls of tasks have beside."""
    found = task_parameters()
    for settings in _yamls("task", folders):
        found |= {key: value for key, value in flat(settings, "task.") if key != "task.defaults"}
    return found


def _lime_keys(folders: Sequence[Path]) -> dict[str, Any]:
    """Settings of LIME, for tables and for images."""
    return {key: value for settings in _yamls("modality", folders) for key, value in flat(settings)}


def _model_keys() -> dict[str, Any]:
    from limeeval.tasks.model import MODEL_KEYS

    return {f"model.{key}": None for key in MODEL_KEYS}


def _yamls(group: str, folders: Sequence[Path]) -> Iterator[Mapping[str, Any]]:
    """Contents of a group's files; one that cannot be read is for Hydra to complain about, if it is chosen."""
    import yaml

    for path in (path for folder in folders for path in sorted((folder / group).rglob("*.yaml"))):
        try:
            settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, OSError, UnicodeDecodeError):
            continue
        if isinstance(settings, Mapping):
            yield settings


def flat(settings: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and their values, sections before what is in them."""
    for key, value in settings.items():
        yield f"{prefix}{key}", value
        if isinstance(value, Mapping) and not _is_free(f"{prefix}{key}"):
            yield from flat(value, f"{prefix}{key}.")
