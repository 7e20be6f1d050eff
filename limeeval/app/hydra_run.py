"""Sweeps as Hydra composes them: one job, or many whose rows are merged once Hydra is done."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from limeeval.app.arguments import Line
from limeeval.app.exit_codes import DONE, SOME_FAILED, WRONG_USAGE
from limeeval.app.folders import folders_made, remove_if_empty
from limeeval.app.keys import prepared
from limeeval.app.messages import configuration_errors, one_line
from limeeval.app.segmentations import described
from limeeval.app.settings import check_settings
from limeeval.app.sources import Sources
from limeeval.app.swept import swept_values


def run(line: Line, sources: Sources, *, explain: bool) -> int:
    """The exit code of all jobs that Hydra makes of a command line.

    ``sources`` is where its settings come from, for messages; ``explain`` asks for one instance's explanation instead.
    """
    from limeeval.app.main import configuration_folder

    jobs = _Jobs(line.from_here(), sources, explain)
    if explain:
        from limeeval.app.explain import with_usual

        line = Line(line.options, tuple(with_usual(line.overrides)))
    try:
        sys.argv[1:] = prepared(line, configuration_folder()).arguments
        os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises what it would else print, over many lines.
        decorated = hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name="config")
        with jobs.until_finished, folders_made() as jobs.made:
            decorated(jobs.job)()
            return jobs.finish()
    except configuration_errors() as error:
        said = one_line(error, sources)
        is_folder = isinstance(error, OSError) and not isinstance(error, UnicodeError)
        _say(f"out must be a folder that can be written to, got {said}" if is_folder else said)
        return WRONG_USAGE


class _Jobs:
    """The jobs of a command line, as Hydra calls them one by one, and what is done once it has."""

    def __init__(self, line: Line, sources: Sources, explain: bool) -> None:
        from limeeval.app.terminal import Terminal

        self.line, self.sources, self.explain = line, sources, explain
        self.console = Terminal()
        self.codes: list[int] = []
        self.options: Mapping[str, Any] = {}
        self.finished: list[Path] = []
        self.parent: Path | None = None
        self.until_finished = ExitStack()
        self.made: set[Path] = set()

    def job(self, config: DictConfig) -> None:
        """Runs one job. A user's mistake is one message; a fault of ours keeps its traceback."""
        own = HydraConfig.get()
        folder = Path(own.runtime.output_dir)
        if self.line.is_multirun:
            self._job_of_several(config, folder, Path(own.sweep.dir), own.job.num + 1)
        else:
            self._told(*self._guarded(config, folder))
        remove_if_empty(folder, self.made)

    def _job_of_several(self, config: DictConfig, folder: Path, parent: Path, number: int) -> None:
        """Runs a job and writes its status; nothing where the parent folder is another run's."""
        from rich.text import Text

        if not self._is_ours(parent):
            return
        swept = swept_values(self.line, config, _hydra_config())
        title = " ".join(f"{key}={value}" for key, value in swept.items())
        self.console.rule(Text(f"{number}: {title}"), align="left", style="dim")
        code, message = self._told(*self._guarded(config, folder))
        if folder.is_dir():
            _write_status(folder, {"code": code, "message": message, "swept": swept})

    def _is_ours(self, parent: Path) -> bool:
        """Whether no other run uses the parent folder: they are kept out of it from the first job on."""
        from limeeval.study.folder import in_use

        if self.parent is None and not self.codes:
            try:
                self.until_finished.enter_context(in_use(parent))
                self.parent = parent
            except ValueError as error:
                self._told(WRONG_USAGE, str(error))
        return self.parent is not None

    def _told(self, code: int, message: str) -> tuple[int, str]:
        """What came of a job, once the user has been told."""
        if message:
            _say(message)
        self.codes.append(code)
        return code, message

    def finish(self) -> int:
        """Merges the rows of several jobs and gives their answer; the exit code of all."""
        if self.parent is not None and self.finished:
            from limeeval.app.merged import merged

            try:
                merged(self.finished, self.parent, self.console, self.options, arguments=self.line.arguments)
            except (ValueError, OSError) as error:
                _say(str(error))
                self.codes.append(WRONG_USAGE)
        return WRONG_USAGE if WRONG_USAGE in self.codes else max(self.codes, default=DONE)

    def _guarded(self, config: DictConfig, folder: Path) -> tuple[int, str]:
        from limeeval.lime.model import ModelError

        try:
            return self._run(self._settings(config), config, folder), ""
        except ModelError as error:
            return SOME_FAILED, str(error)
        except configuration_errors() as error:
            return WRONG_USAGE, one_line(error, self.sources)
        except Exception:
            traceback.print_exc()
            return SOME_FAILED, ""

    def _run(self, settings: dict[str, Any], config: DictConfig, folder: Path) -> int:
        from limeeval.app.explain import explain
        from limeeval.app.job import run_job
        from limeeval.report.terminal.terminal import print_answer

        if self.explain:
            explain(settings, folder, self.console)
            return DONE
        own = HydraConfig.get()
        alone = [option for option in self.line.options if option[0] != "--multirun"]
        typed = [override.lstrip("+") for override in own.overrides.task]
        overrides = typed if self.line.is_multirun else self.line.overrides
        study = run_job(
            settings,
            folder,
            self.console,
            arguments=self.line.arguments,
            own=Line(tuple(alone), tuple(overrides)).arguments,
            is_alone=not self.line.is_multirun,
            record=lambda: _record(config, own, folder),
        )
        if study is None:
            return DONE
        self.finished.append(folder)
        self.options = settings["report"]
        if not self.line.is_multirun:
            print_answer(self.console, study.answers, folder=str(folder))
        for remark in (*study.remarks, *study.failures):
            _say(remark)
        return SOME_FAILED if study.failures else DONE

    def _settings(self, config: DictConfig) -> dict[str, Any]:
        """The configuration as plain Python; an absolute width that was asked for replaces the default factors."""
        found = OmegaConf.to_container(config, resolve=True)
        assert isinstance(found, dict)
        settings = {str(key): value for key, value in found.items()}
        check_settings(settings, self.sources)
        lime = settings["lime"]
        typed = self.line.overrides if self.explain else HydraConfig.get().overrides.task
        asked = {override.lstrip("+").partition("=")[0] for override in typed}
        if lime["kernel_width"] is not None and "lime.kernel_width_factor" not in asked:
            lime["kernel_width_factor"] = None
        if "segmentation" in lime:
            lime["segmentation"] = described(lime["segmentation"], self.sources.folders)
        if self.explain:
            from limeeval.app.explain import with_single_values

            settings["lime"] = with_single_values(lime, asked)
        return settings


def _record(config: DictConfig, own: Any, folder: Path) -> None:
    """Hydra's record, once the folder is ours: Hydra itself would write over that of a run in progress."""
    record = folder / ".hydra"
    record.mkdir(exist_ok=True)
    OmegaConf.save(config, record / "config.yaml")
    OmegaConf.save(OmegaConf.create({"hydra": own}), record / "hydra.yaml")
    OmegaConf.save(own.overrides.task, record / "overrides.yaml")


def _hydra_config() -> DictConfig:
    """Hydra's own configuration of this job."""
    config: Any = HydraConfig.instance().cfg
    found: DictConfig = config.hydra
    return found


def _write_status(folder: Path, status: dict[str, Any]) -> None:
    from limeeval.study.folder import STATUS, write_json

    write_json(folder / STATUS, status)


def _say(message: str) -> None:
    """One line, whatever a model's own message looks like."""
    print(f"limeeval: {' '.join(message.splitlines())}", file=sys.stderr)
