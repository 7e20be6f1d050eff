"""What a thresholds file may say; nothing that means nothing gets through."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from limeeval.check.thresholds import Threshold, thresholds_from, thresholds_in, thresholds_of
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict


def test_an_entry_has_defaults_and_a_title() -> None:
    (found,) = thresholds_of([{"metric": "jaccard", "where": {"task": "loans"}, "at_least": 0.9}])
    assert found == Threshold("jaccard", {"task": "loans"}, at_least=0.9)
    assert found.title == "jaccard at least 0.9 (task loans)"
    assert found.short == "jaccard at least 0.9"
    assert (found.severity, found.strict, found.allow_missing) == ("error", False, False)


def test_a_threshold_in_python_is_held_to_the_same_rules() -> None:
    with pytest.raises(ValueError, match=r"at_least must not be above at_most, got 0\.9 and 0\.1"):
        thresholds_of([Threshold("jaccard", at_least=0.9, at_most=0.1)])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (None, "must be a list of thresholds, got an empty file"),
        ("jaccard", "must be a list of thresholds, got 'jaccard'"),
        ({"metric": "jaccard"}, "must be a list of thresholds, got keys and values"),
        ([], "must have at least one threshold, got none"),
        ([3], r"threshold 1 must have keys, .* got 3"),
        ([{"metric": "jaccard", "at_lest": 1}], "no key at_lest; did you mean at_least"),
        ([{"at_least": 1}], "must name a metric, got None"),
        ([{"metric": "jaccard"}], "must have one of at_least, at_most, no_worse_than_baseline, got none"),
        ([{"metric": "jaccard", "at_least": True}], "at_least must be a number, got True"),
        ([{"metric": "jaccard", "at_least": "0.9"}], "at_least must be a number, got '0.9'"),
        ([{"metric": "jaccard", "at_least": float("nan")}], "at_least must be a number, got nan"),
        ([{"metric": "jaccard", "at_least": 10**400}], "at_least must be a number, got 1000.*0000$"),
        ([{"metric": "jaccard", "no_worse_than_baseline": 10**400}], "no_worse_than_baseline must be a number, got 10"),
        ([{"metric": "jaccard", "at_least": 0.9, "where": {"k": 10**400}}], "k of where must be a number, text or"),
        (
            [{"metric": "jaccard", "at_least": 0.9, "where": {"k": float("nan")}}],
            "k of where must be a number, text or",
        ),
        ([{"metric": "jaccard", "at_least": float("-inf")}], "at_least must be a number, got -inf"),
        ([{"metric": "jaccard", "no_worse_than_baseline": -0.1}], "a margin of at least 0, got -0.1"),
        ([{"metric": "jaccard", "at_least": 0.9, "severity": "warning"}], "severity must be error or warn"),
        ([{"metric": "jaccard", "at_least": 0.9, "strict": "yes"}], "strict must be true or false, got 'yes'"),
        ([{"metric": "jaccard", "at_least": 0.9, "where": "loans"}], "where must have keys"),
        ([{"metric": "jaccard", "at_least": 0.9, "where": {"task": {}}}], "task of where must be a number, text or"),
        ([{"metric": "jaccard", "at_least": 0.9, "where": {"task": []}}], "task of where must be a number, text or"),
        ([{"metric": "jaccard", "at_least": 0.9}, {"metric": "ess"}], "threshold 2 must have one of"),
    ],
)
def test_what_means_nothing_is_refused(entries: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        thresholds_of(entries)


LAUGHS = ", ".join(["&a [ha, ha]", *(f"&{name} [{', '.join([f'*{of}'] * 9)}]" for of, name in pairwise("abcdefghi"))])
"""Small, and of a hundred million words where it is written out."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a list of thresholds, got an empty file"),
        ("# nothing\n", "must be a list of thresholds, got an empty file"),
        ("metric: jaccard\n", "must be a list of thresholds, got keys and values"),
        ("- metric: [", "must be a yaml, got .*t.yaml: line 1: expected"),
        ("- metric: jaccard\n\tat_least: 0.1\n", r"must be a yaml, got .*t.yaml: line 2: found character '\\t'"),
        (
            "- metric: jaccard\n  at_least: 0.9\n  at_least: 0.1\n",
            "line 3: each key must stand once, got at_least twice",
        ),
        ("- metric: jaccard\n  where: {k: 1, k: 2}\n  at_least: 0\n", "line 2: each key must stand once, got k twice"),
        ("a: 1\n---\nb: 2\n", "must be a yaml"),
        ("[" * 5000, "must be a yaml"),
        ("- metric: jaccard\n  at_least: 2026-13-45\n", "must be a yaml, got .*: month must be"),
        ("&a [*a]\n", "threshold 1 must have keys"),
        ("&a [&b [*a, *b], *b, *b]\n", "threshold 1 must have keys"),
        (f"- metric: [{LAUGHS}]\n", "must name a metric, got .{,250}$"),
        (f"- {{metric: jaccard, at_least: [{LAUGHS}]}}\n", "at_least must be a number, got .{,250}$"),
    ],
)
def test_a_file_that_is_no_list_of_thresholds_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        thresholds_in(tmp_path / "t.yaml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a file that can be read"):
        thresholds_in(tmp_path / "none.yaml")
    (tmp_path / "t.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ValueError, match="must be a yaml"):
        thresholds_in(tmp_path / "t.yaml")


def test_thresholds_come_from_a_path_or_a_list(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("- {metric: jaccard, at_most: 0.5}\n", encoding="utf-8")
    expected = [Threshold("jaccard", at_most=0.5)]
    assert thresholds_from(str(tmp_path / "t.yaml")) == thresholds_from(tmp_path / "t.yaml") == expected
    assert thresholds_from([{"metric": "jaccard", "at_most": 0.5}]) == expected


@pytest.mark.parametrize(
    ("status", "options", "is_red"),
    [
        (PASS, {}, False),
        (FAIL, {}, True),
        (FAIL, {"severity": "warn"}, False),
        (INCONCLUSIVE, {}, False),
        (INCONCLUSIVE, {"strict": True}, True),
        (INCONCLUSIVE, {"strict": True, "severity": "warn"}, False),
        (MISSING, {}, True),
        (MISSING, {"allow_missing": True}, False),
        (MISSING, {"severity": "warn"}, False),
    ],
)
def test_what_fails_a_build(status: str, options: dict[str, Any], is_red: bool) -> None:
    assert Verdict(Threshold("jaccard", at_least=0.9, **options), status, "all", "").is_red is is_red
