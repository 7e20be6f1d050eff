"""Tables of false alarms and of what is seen, as they stand in the README."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from sweeps import markdown


def tables(found: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """What the README shows."""
    return {name: SHOWN[name](table) for name, table in found.items()}


def _alarms(table: pd.DataFrame) -> str:
    names = [f"{row.instances} x {row.seeds}" for row in table.itertuples()]
    shown = pd.DataFrame({"margin": [f"{one:g}" for one in table["margin"]], **_share(table)})
    return markdown(shown.set_axis(names))


def _detection(table: pd.DataFrame) -> str:
    names = [f"{row.instances} x {row.seeds}, {row.checks} check{'s' * (row.checks > 1)}" for row in table.itertuples()]
    known = {
        "margin": [f"{one:g}" for one in table["margin"]],
        "smallest margin": [f"{one:.3f}" for one in table["smallest_margin"]],
        "drop": [f"{row.drop:.3f} ({row.times:g} x)" for row in table.itertuples()],
    }
    return markdown(pd.DataFrame({**known, **_share(table)}).set_axis(names))


def _share(table: pd.DataFrame) -> dict[str, list[str]]:
    rows = list(table.itertuples())
    return {
        "red": [f"{row.red:,} of {row.families:,}" for row in rows],
        "share": [f"{100 * row.share:.2f} % [{100 * row.low:.2f}, {100 * row.high:.2f}]" for row in rows],
    }


def _reruns(table: pd.DataFrame) -> str:
    rows = list(table.itertuples())
    known = {
        "seeds": table["seeds"].to_list(),
        "runs": table["runs"].to_list(),
        "red pairs": [f"{row.red:,} of {row.pairs:,}" for row in rows],
        "share": [f"{100 * row.share:.2f} % ± {100 * row.standard_error:.2f}" for row in rows],
        "at a margin of 0.04": table["red_at_0.04"].to_list(),
    }
    return markdown(pd.DataFrame(known).set_axis(table["source"].to_list()))


def _noise(table: pd.DataFrame) -> str:
    names = [f"{row.source}, {row.instances} x {row.seeds}" for row in table.itertuples()]
    columns = {"drop": 3, "standard_error": 3, "smallest_margin": 3, "margin": 3}
    known = {name.replace("_", " "): [f"{one:.{digits}f}" for one in table[name]] for name, digits in columns.items()}
    known["red"] = [f"{100 * row.red:.0f} % of {row.pairs:,}" for row in table.itertuples()]
    return markdown(pd.DataFrame({"metric": table["metric"].to_list(), **known}).set_axis(names))


SHOWN: dict[str, Callable[[pd.DataFrame], str]] = {
    "alarms": _alarms,
    "detection": _detection,
    "reruns": _reruns,
    "noise": _noise,
}
