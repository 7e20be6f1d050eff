"""One line on what was wrong with a configuration, in place of the several of Hydra, OmegaConf and yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from limeeval.app.sources import Sources
from limeeval.report.nearest import did_you_mean

if TYPE_CHECKING:
    from hydra.errors import MissingConfigException
    from omegaconf.errors import OmegaConfBaseException

_ADVICE = re.compile(
    r"\n\s*(?:See http|To append|Either remove|Or add|Search path|Config search path|Set the env|full_key|object_type)"
)
"""From here on, a message of Hydra's or OmegaConf's is about them."""
_NOTHING = Sources((), ())


def configuration_errors() -> tuple[type[Exception], ...]:
    """What composing a configuration raises where a user made a mistake."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    return HydraException, OmegaConfBaseException, YAMLError, ValueError, OSError


def one_line(error: BaseException, sources: Sources = _NOTHING) -> str:
    """What ``error`` says, on one line, with the argument or the file it is about where that can be told."""
    from hydra.errors import MissingConfigException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import MarkedYAMLError

    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem_mark.name}, line {error.problem_mark.line + 1}: {error.problem}"
    if isinstance(error, UnicodeDecodeError):
        return f"{sources.undecodable() or 'a file'} must be UTF-8, got a byte that is not"
    if isinstance(error, MissingConfigException):
        return _of_a_missing_yaml(error, sources)
    if isinstance(error, OmegaConfBaseException):
        return _of_a_value(error, sources)
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error.__cause__, OmegaConfBaseException):
        return ": ".join(filter(None, [_joined(str(error)), _of_a_value(error.__cause__, sources)]))
    return _with_files(_joined(str(error)), sources)


def _of_a_missing_yaml(error: MissingConfigException, sources: Sources) -> str:
    """A choice that a yaml makes, or a file that it names, and that does not exist."""
    group, _, choice = (error.missing_cfg_file or "").rpartition("/")
    if not error.options or not group:
        return _with_files(_joined(str(error)), sources)
    place = sources.place_of(rf"{re.escape(group)}(@\S+)?\s*[:=]\s*['\"]?{re.escape(choice)}\b")
    known = ", ".join(error.options)
    near = did_you_mean(choice, error.options)
    where = f" (in {place})" if place and place not in sources.overrides else ""
    return f"{group} must be one of {known}, got {choice}{where}{near}"


def _of_a_value(error: OmegaConfBaseException, sources: Sources) -> str:
    """The key, what is wrong with its value, and where that stands."""
    message = _joined(str(error))
    name = re.search(r"(?:key|type|variable|input) '?([\w.:${]+)'?", message)
    place = sources.place_of(r"\$\{[^}]*" + re.escape(name[1].removeprefix("${"))) if name else ""
    return ": ".join(filter(None, [place, error.full_key, message]))


def _joined(message: str) -> str:
    """The message without advice, its lines joined."""
    parts = [part.strip().rstrip(".") for part in _ADVICE.split(message)[0].splitlines() if part.strip()]
    return "; ".join(parts).replace(":; ", ": ")


def _with_files(message: str, sources: Sources) -> str:
    """Hydra's names of yamls, such as 'task/mine', as files; where it names none, the one with a list of defaults."""

    def path_of(name: re.Match[str]) -> str:
        return str(sources.file(name[1]) or name[0])

    named = re.sub(r"'([\w./-]+)'", path_of, message)
    place = sources.place_of(r"^defaults\s*:") if named == message and " defaults" in message else ""
    return f"{place}: {message}" if place else named
