"""What Python users hold: a sweep's rows, their scores, and the answer."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.answer.cells import Score
from limeeval.report.answer.sentences import confirmed
from limeeval.report.description import Description, Target, ks_of_tasks
from limeeval.sweep.pictures import Pictures
from limeeval.sweep.tables import Sweep

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from limeeval.check.check import Checked
    from limeeval.report.comparison.paired_comparison import PairedComparison
    from limeeval.report.comparison.sides import By
    from limeeval.study.plots import Plots


@dataclass(frozen=True, eq=False)
class Recommendation:
    """The setting to use, or why there is none.

    Attributes:
        settings: the cheapest stable, faithful and supported setting, by name; None if there is none.
        reason: in a sentence.
        score: its Jaccard@k with limits; None if nothing is recommended. It is that of the seeds that it was not chosen
            by if it ``is_confirmed``, else of those it was chosen by, which flatters it.
        is_confirmed: whether the score comes from other seeds than the choice.
        front: the supported settings than which none is better in stability, fidelity and cost: the columns ``name``,
            ``jaccard``, ``fidelity`` (R2), ``rows`` (of the model, for one explanation), and the settings.
        ladder: the choice with fidelity judged at each width of the sweep, in multiples of LIME's: a name or None.
    """

    settings: Mapping[str, Any] | None
    reason: str
    score: Score | None = None
    is_confirmed: bool = False
    front: pd.DataFrame | None = field(default=None, repr=False)
    ladder: Mapping[float, str | None] = field(default_factory=dict)
    evaluated: Any = field(default=None, repr=False)

    def explainer(self) -> Any:
        """The evaluated explainer, made again with the recommended kernel width and sampling.

        What is an argument of its ``explain_instance``, such as ``num_samples``, is in ``settings``; a segmentation is
        there by its name.

        Raises:
            ValueError: nothing is recommended, or the study does not hold the explainer that it evaluated.
        """
        if self.settings is None:
            raise ValueError(f"explainer needs a recommended setting, and there is none: {self.reason}")
        if not hasattr(self.evaluated, "remade"):
            raise ValueError("explainer needs a study that evaluate made of a LIME explainer, in this session")
        arguments = {key: value for key, value in self.settings.items() if key in self.evaluated.arguments}
        return self.evaluated.remade(**arguments)


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """A finished sweep, scored. Its repr is the answer.

    Attributes:
        attributions: one row a task, model, explainer, instance, label, setting, seed and feature: ``coefficient`` and
            ``standard_error``.
        fits: one row a fit; ``neighborhood`` is a digest of the samples that it rests on.
        instances: one row an explained instance and label.
        descriptions: what was run, one for each task, model and explainer.
        target: what counts as stable and as faithful.
        arguments: of the command line that it came from; empty from Python.
        failures: what did not finish, each with the reason.
        remarks: what else there is to know.
        explainer: that was evaluated; None in a study loaded from a folder.
        pictures: the images and their segmentations, where images were explained.
        nonlinearity: where that was asked for, what lines and richer models miss: one row an instance, label, set of
            samples, width and group of scored samples.
        terms: likewise, the squares and pairs of features that carry most of what a line misses.
    """

    attributions: pd.DataFrame
    fits: pd.DataFrame
    instances: pd.DataFrame
    descriptions: Sequence[Description]
    target: Target = field(default_factory=Target)
    arguments: Sequence[str] = ()
    failures: Sequence[str] = ()
    remarks: Sequence[str] = ()
    explainer: Any = None
    pictures: Pictures | None = None
    nonlinearity: pd.DataFrame | None = None
    terms: pd.DataFrame | None = None

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Every score of every setting and instance, and over all: see :func:`limeeval.score`."""
        import pandas as pd

        from limeeval.report.scores.score import score

        segments = None if self.pictures is None else self.pictures.segments
        found = [
            score(self.attributions, self.fits, k=k, segments=segments, nonlinearity=self.nonlinearity)
            for k in ks_of_tasks(self.descriptions)
        ]
        return found[0] if len(found) == 1 else pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)

    @cached_property
    def answers(self) -> Sequence[Answer]:
        """Stable? Faithful? What to set? One answer for each task, model, explainer and k."""
        k = self.scores["k"]
        return [
            answer_of(
                self.scores[k.isna() | (k == one.k)],
                self.instances,
                self.attributions,
                one,
                self.target,
                fits=self.fits,
                terms=self.terms,
            )
            for one in self.descriptions
        ]

    def recommend(self, *, seeds: int | Collection[Any] | None = None) -> Recommendation:
        """The cheapest setting that is surely stable, faithful and supported by its samples, or why there is none.

        Args:
            seeds: to choose on: which, or how many, the first ones; the score is then that of the others. None: all,
                and the score is that which the setting was chosen by.

        Raises:
            ValueError: several tasks, models or explainers were run, or there are no such seeds, or too few others.
        """
        if len(self.descriptions) > 1:
            names = ", ".join(f"{one.task} / {one.model} / {one.explainer}" for one in self.descriptions)
            raise ValueError(f"recommend needs a single task, model and explainer, got {names}")
        if seeds is None:
            return _recommendation(self.answers[0], self.explainer)
        from limeeval.study.seeds import split

        chosen_on, others = split(self, seeds)
        return _recommendation(chosen_on.answers[0], self.explainer, confirmed_by=others.answers[0])

    def compare(
        self,
        other: Any = None,
        *,
        by: By | None = None,
        where: Mapping[str, Any] | None = None,
        k: int | None = None,
        metrics: Collection[str] | None = None,
    ) -> PairedComparison:
        """Two settings of this study, or this study and another, paired by instance: see :func:`limeeval.compare`."""
        from limeeval.report.comparison.compare import compare

        return compare(self, other, by=by, where=where, k=k, metrics=metrics)

    def check(self, thresholds: Any, *, baseline: Any = None, unpaired: bool = False) -> Checked:
        """Holds the study against thresholds: its repr is a table, ``exit_code`` 1 if any failed, else 0.

        Args:
            thresholds: path of a yaml, or a list of mappings as there, such as
                ``{"metric": "jaccard", "at_least": 0.9, "where": {"num_samples": 1000}}``.
            baseline: what ``no_worse_than_baseline`` compares with: a study, or the path of a run's folder or of a
                saved baseline.
            unpaired: whether the baseline may have explained other instances.

        Raises:
            ValueError: a threshold that means nothing here, a study of which units failed, or a baseline that is
                needed and not there, or that cannot be compared with. There is no verdict then.
        """
        from limeeval.check.check import check
        from limeeval.study.saved import run_at

        return check(self, thresholds, baseline=baseline, unpaired=unpaired, load=run_at)

    @property
    def plot(self) -> Plots:
        """The figures of a report: ``study.plot.same_reasons(ax=None)`` returns axes; ``dir(study.plot)`` names all."""
        from limeeval.study.plots import Plots

        return Plots(self)

    def report(self, path: str | PathLike[str], *, values: bool = True, style: str = "screen") -> None:
        """Writes the report: the page alone where the path ends on ``.html``, else a folder with figures and tables.

        Args:
            path: where to.
            values: whether values of instances may show; False leaves these, bins and pictures out.
            style: "screen", or "paper": drawings as wide as a column, and a LaTeX table of the settings.

        Raises:
            ValueError: a style that there is not, or a path that cannot be written to.
        """
        from limeeval.report.options import STYLES, Options
        from limeeval.study.report_files import save_report

        if style not in STYLES:
            raise ValueError(f"style must be {' or '.join(STYLES)}, got {style!r}")
        save_report(self, path, Options(values=values, style=style))

    def save(self, folder: str | PathLike[str]) -> None:
        """Writes tables, scores, summary and provenance into a folder, which :func:`limeeval.load` reads.

        An earlier report there is removed: :meth:`report` writes a new one.

        Raises:
            ValueError: the folder cannot be written to, or another run is using it.
        """
        from limeeval.study.folder import save

        save(self, folder)

    def __repr__(self) -> str:
        from rich.console import Console

        from limeeval.report.terminal.terminal import print_run

        written = io.StringIO()
        console = Console(file=written, width=80, highlight=False, color_system=None)
        print_run(console, self.answers)
        return written.getvalue().rstrip()

    def _repr_html_(self) -> str:
        """The answer and the key figure, for notebooks."""
        from limeeval.report.notebook import shown_in_notebook
        from limeeval.report.page.chapters import headline_of

        return shown_in_notebook(repr(self), headline_of(self, self.answers[0]))


def _recommendation(answer: Answer, explainer: Any, *, confirmed_by: Answer | None = None) -> Recommendation:
    import pandas as pd

    chosen, reason = answer.chosen, answer.set
    score = None if chosen is None else chosen.jaccard
    others = [] if confirmed_by is None or chosen is None else confirmed_by.cells
    again = next((cell.jaccard for cell in others if chosen and cell.settings == chosen.settings), None)
    if again is not None and confirmed_by is not None:
        score, reason = again, confirmed(reason, again, seeds=confirmed_by.description.seeds)
    front = [cell for cell in answer.cells if cell.name in answer.front]
    worth = [
        {"name": cell.name, "jaccard": cell.jaccard.estimate, "fidelity": cell.fidelity.estimate, "rows": cell.samples}
        for cell in front
    ]
    return Recommendation(
        answer.settings,
        reason,
        score=score,
        is_confirmed=again is not None,
        front=pd.DataFrame([{**own, **cell.settings} for own, cell in zip(worth, front, strict=True)]),
        ladder={rung.width: rung.choice for rung in answer.ladder},
        evaluated=explainer,
    )


def study_of(
    sweep: Sweep,
    description: Description,
    target: Target,
    *,
    arguments: Sequence[str] = (),
    explainer: Any = None,
) -> Study:
    """A sweep as a study."""
    return Study(
        sweep.attributions,
        sweep.fits,
        sweep.instances,
        descriptions=[description],
        target=target,
        arguments=arguments,
        failures=sweep.failures,
        remarks=sweep.remarks,
        explainer=explainer,
        pictures=sweep.pictures,
        nonlinearity=sweep.nonlinearity,
        terms=sweep.terms,
    )
