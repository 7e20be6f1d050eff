"""The text of ``--help``, made without Hydra: it is there at once, and keys keep their comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from limeeval.app.keys import choices_of


def help_text(conf: Path, config_dir: Path | None = None) -> str:
    """The template in ``config.yaml``, with every choice and with the commented keys of that file."""
    import yaml

    text = (conf / "config.yaml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    folders = [conf] if config_dir is None else [config_dir, conf]
    groups = [group for entry in settings["defaults"] if isinstance(entry, dict) for group in entry]
    choices = {group: choices_of(group, folders) for group in groups if not group.startswith("override ")}
    template: str = settings["hydra"]["help"]["template"]
    return template.replace("$APP_CONFIG_GROUPS", _listed(choices)).replace("$CONFIG", _commented(text))


def _listed(choices: Mapping[str, Sequence[str]]) -> str:
    return "".join(f"{group}: {', '.join(names)}\n" for group, names in choices.items())


def _commented(text: str) -> str:
    """The blocks of ``config.yaml`` between the list of defaults and Hydra's own."""
    blocks = re.split(r"\n(?=\S)", text)
    shown = [block for block in blocks if not re.match(r"(#|defaults:|hydra:)", block)]
    return "\n".join(shown).rstrip()
