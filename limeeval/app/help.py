"""The text of ``--help``, made without Hydra: it is there at once, and keys keep their comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

from limeeval.app.keys import choices_of

MODALITIES = {"table": "For tables", "image": "For images"}


def help_text(conf: Path, config_dir: Path | None = None) -> str:
    """The template in ``config.yaml``, with every choice and with the commented keys of that file and of LIME."""
    import yaml

    text = (conf / "config.yaml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    folders = [conf] if config_dir is None else [config_dir, conf]
    groups = [group for entry in settings["defaults"] if isinstance(entry, dict) for group in entry]
    shown = [group for group in groups if not group.startswith("override ") and group != "modality"]  # The task's own.
    choices = {group: choices_of(group, folders) for group in shown}
    template: str = settings["hydra"]["help"]["template"]
    return template.replace("$APP_CONFIG_GROUPS", _listed(choices)).replace("$CONFIG", _keys(text, conf))


def _listed(choices: Mapping[str, Sequence[str]]) -> str:
    lines = (f"{group}: {', '.join(names)}" for group, names in choices.items())
    return "".join(f"{fill(line, 80, subsequent_indent='  ')}\n" for line in lines)


def _keys(text: str, conf: Path) -> str:
    """The keys of ``config.yaml``, and those that LIME has for tables and for images."""
    lime = [_commented((conf / "modality" / f"{name}.yaml").read_text(encoding="utf-8")) for name in MODALITIES]
    titled = [f"{MODALITIES[name]}:\n\n{block}" for name, block in zip(MODALITIES, lime, strict=True)]
    return "\n\n".join([_commented(text), *titled])


def _commented(text: str) -> str:
    """The blocks of ``config.yaml`` between the list of defaults and Hydra's own."""
    blocks = re.split(r"\n(?=\S)", text)
    shown = [block for block in blocks if not re.match(r"(#|defaults:|hydra:)", block)]
    return "\n".join(shown).rstrip()
