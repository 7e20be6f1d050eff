"""What is typed, against what Hydra's own parser makes of it."""

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from limeeval.app.override import parsed, readable


def value_of(argument: str) -> Any:
    """As Hydra reads it after us."""
    (found,) = OverridesParser.create().parse_overrides([str(parsed(argument, is_multirun=False))])
    return found.value()


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("lime.num_samples=1,2", "lime.num_samples=[1,2]"),
        ("+lime.num_samples=1,2", "+lime.num_samples=[1,2]"),
        ("seeds=3,4", "seeds=[3,4]"),
        ("instances=3, 4", "instances=[3, 4]"),
        ("task.labels=bad,good", "task.labels=[bad,good]"),
        ("lime.labels='a,b'", "lime.labels='a,b'"),
        ("lime.labels='a,b',c", "lime.labels=['a,b',c]"),
        ("lime.x=[1,2]", "lime.x=[1,2]"),
        ("lime.segmentation={a:1,b:2}", "lime.segmentation=[{a:1,b:2}]"),
        ("lime.segmentation={a:1},{a:2}", "lime.segmentation=[{a:1},{a:2}]"),
        ("lime.segmentation=slic(n_segments=20),grid", "lime.segmentation=['slic(n_segments=20)',grid]"),
        ("lime.segmentation=slic(n_segments=20, sigma=1)", "lime.segmentation='slic(n_segments=20, sigma=1)'"),
        ("instances=range(0,3)", "instances=range(0,3)"),
        ("task=a,b", "task=a,b"),
        ("metrics.k=2,3", "metrics.k=2,3"),
        ("seeds=3", "seeds=3"),
        ("~lime.x", "~lime.x"),
    ],
)
def test_comma_lists_need_no_brackets(argument: str, expected: str) -> None:
    assert str(parsed(argument, is_multirun=False)) == expected


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lime.labels=a.b,c d,-1,2.5", ["a.b", "c d", -1, 2.5]),
        ("lime.labels=>50K,<=50K", [">50K", "<=50K"]),
        ("lime.labels=größer,klein", ["größer", "klein"]),
        ("out=Müller", "Müller"),
        ("out=a=b", "a=b"),
        ("out=/tmp/x(1)", "/tmp/x(1)"),
        ("out=C:\\runs\\a b", "C:\\runs\\a b"),
        ("out=C:\\für\\", "C:\\für\\"),
        ("lime.labels=a(b),c", ["a(b)", "c"]),
        ("out=", ""),
        ("store=null", None),
        ("trust=true", True),
    ],
)
def test_text_that_hydra_stumbles_over_is_quoted(argument: str, value: Any) -> None:
    assert value_of(argument) == value


@pytest.mark.parametrize("argument", ["seeds=1,2", "out=a b/c-d_e.f", "out=${now:%H}", "x='a>b'", "lime.x=[>]", "~x"])
def test_what_hydra_reads_stays_as_it_is(argument: str) -> None:
    assert readable(argument) == argument


def test_the_advice_on_quotes_can_be_read() -> None:
    with pytest.raises(ValueError, match="quotes within quotes") as caught:
        parsed("out=it's", is_multirun=False)
    advised = str(caught.value).rpartition(", ")[2].strip('"')
    assert value_of(advised) == "it's"


def test_multirun_keeps_its_commas() -> None:
    found = parsed("seeds=3,4", is_multirun=True)
    assert (found.values, found.is_sweep, str(found)) == ((3, 4), True, "seeds=3,4")
    assert parsed("task=iris,größer", is_multirun=True).values == ("iris", "größer")
    assert parsed("seeds=[1,2],[3]", is_multirun=True).values == ([1, 2], [3])
    assert parsed("seeds=range(1,3)", is_multirun=True).values == (1, 2)
    assert parsed("task=glob(*)", is_multirun=True).values == ()


def test_signs_and_packages_are_told_apart() -> None:
    signs = [parsed(f"{sign}a.b=1", is_multirun=False).sign for sign in ("", "+", "++", "~")]
    assert signs == ["", "+", "++", "~"]
    found = parsed("~a@b", is_multirun=False)
    assert (found.key, found.package, found.values, str(found)) == ("a", "b", (None,), "~a@b")
    assert str(parsed("+a=1", is_multirun=False).signed("++")) == "++a=1"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("lime.num_samples=[1,", r"cannot read lime.num_samples=\[1,: lists and mappings are written \[1,2\]"),
        ("lime.num_samples=1,,2", "cannot read lime.num_samples=1,,2: something is missing beside a comma"),
        ("lime.labels='a", r'quotes within quotes, "lime.labels='),
        ("=3", "arguments must be key=value, got =3"),
        ("a b=3", "cannot read a b=3"),
    ],
)
def test_what_cannot_be_read_is_one_line(argument: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parsed(argument, is_multirun=False)
    assert "\n" not in str(caught.value)
