"""What a check writes, read by the programs that it is for."""

import json as reader
import re
from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt

from limeeval.check.check import Checked
from limeeval.check.meanings import MEANINGS
from limeeval.check.outputs.annotations import MOST, annotation_lines, refusal_line
from limeeval.check.outputs.files import check_target, write
from limeeval.check.outputs.json import json
from limeeval.check.outputs.junit import junit
from limeeval.check.outputs.legend import legend
from limeeval.check.outputs.markdown import LIMIT, escaped, markdown, refusal
from limeeval.check.outputs.marks import marked
from limeeval.check.outputs.terminal import PASSED, plain_table
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict
from limeeval.metrics.catalogue import agreement_metrics

FLOOR = Threshold("jaccard", at_least=0.9)
WARN, STRICT, ALLOWED = (
    replace(FLOOR, severity="warn"),
    replace(FLOOR, strict=True),
    replace(FLOOR, allow_missing=True),
)
EACH = [
    Verdict(FLOOR, FAIL, "task a", "too low"),
    Verdict(FLOOR, MISSING, "task b", "no rows"),
    Verdict(STRICT, INCONCLUSIVE, "task c", "who knows"),
    Verdict(WARN, FAIL, "task d", "too low"),
    Verdict(ALLOWED, MISSING, "task e", "no rows"),
    Verdict(FLOOR, INCONCLUSIVE, "task f", "who knows"),
    Verdict(FLOOR, PASS, "task g", "fine"),
]
HOSTILE = "a|b `c` <script>x</script> *d* [e](http://f) \x00\x1b[31m\ud800 & \n::error::g\n# h %0A @i"


def test_statuses_have_words_and_signs() -> None:
    assert [marked(one) for one in EACH] == [
        "✗ fail",
        "∅ missing",
        "? inconclusive (strict)",
        "✗ fail (warning)",
        "∅ missing (allowed)",
        "? inconclusive",
        "✓ pass",
    ]


def test_junit_tells_failures_errors_and_skipped_apart(tmp_path: Path) -> None:
    (tmp_path / "j.xml").write_text(junit(EACH), encoding="utf-8")
    (suite,) = JUnitXml.fromfile(str(tmp_path / "j.xml"))
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("limeeval check", 7, 2, 1, 3)
    results = [[type(result) for result in case.result] for case in suite]
    assert results == [[Failure], [Error], [Failure], [Skipped], [Skipped], [Skipped], []]
    cases = list(suite)
    assert cases[0].name == "jaccard at least 0.9, task a"
    assert cases[0].classname == "limeeval.jaccard"
    assert cases[0].result[0].message == "fail: too low"
    assert cases[3].result[0].message == "fail (warning): too low"
    assert [case.system_out for case in cases] == [*[None] * 6, "fine"]


def test_junit_is_xml_whatever_names_hold() -> None:
    verdict = Verdict(replace(FLOOR, name=HOSTILE), FAIL, HOSTILE, HOSTILE)
    text = junit([verdict, verdict])
    assert "\x00" not in text
    assert "\x1b" not in text
    (suite,) = JUnitXml.fromstring(text.encode())
    one, other = suite
    assert other.name == f"{one.name} (2)"
    assert "<script>x</script> *d*" in one.result[0].text


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def test_markdown_renders_as_a_table() -> None:
    page = rendered(markdown(Checked(EACH, ["numpy changed"])))
    assert "<h3>limeeval check: failed</h3>" in page
    assert page.count("<tr>") == 1 + len(EACH)
    assert "<td><strong>✗ fail</strong></td>" in page
    assert "<td>✓ pass</td>" in page
    assert "<p>Note: numpy changed</p>" in page
    assert "<p>3 of 7 checks failed" in page
    assert "<h3>limeeval check: passed</h3>" in rendered(markdown(Checked(EACH[-1:])))


def test_words_of_the_table_are_explained() -> None:
    judged = [
        replace(EACH[0], numbers={"low": 0.1, "high": 0.2}),
        Verdict(Threshold("nobody_knows", at_least=1), PASS, "a", "b"),
    ]
    for shown in (plain_table(Checked(judged)), rendered(markdown(Checked(judged)))):
        assert "jaccard: how far the leading reasons of two runs overlap" in shown
        assert "[low, high]: 95 % limits" in shown
        assert "r2_fresh:" not in shown
        assert "nobody_knows:" not in shown
    without = [replace(EACH[0], numbers={"low": float("nan")}), EACH[1]]
    assert "[low, high]" not in plain_table(Checked(without))


def test_every_metric_has_a_line_of_few_words() -> None:
    """Of those of a run with all that can be measured, and of widths of one's own."""
    metrics = [*dict.fromkeys([*agreement_metrics(), *MEANINGS]), "r2_at_x0.3"]
    lines = list(legend([Verdict(Threshold(metric, at_least=0), PASS, "a", "b") for metric in metrics]))
    assert sorted(line.partition(": ")[0] for line in lines) == sorted(metrics)
    assert [line for line in lines if not 20 < len(line.partition(": ")[2]) < 120] == []


def test_markdown_shows_hostile_names_as_they_are() -> None:
    verdict = Verdict(replace(FLOOR, name=HOSTILE), FAIL, HOSTILE, "1 < 2 | 3")
    page = rendered(markdown(Checked([verdict], [HOSTILE])))
    assert page.count("<tr>") == 2
    assert page.count("<td>") == 4
    for tag in ("<script", "<a ", "<code", "<em"):
        assert tag not in page
    assert "&lt;script&gt;x&lt;/script&gt; *d* [e](http://f)" in page
    assert "<td>1 &lt; 2 | 3</td>" in page
    assert escaped("one\ntwo") == "one two"
    page = rendered(refusal(HOSTILE))
    assert page.startswith("<h3>limeeval check: nothing was judged</h3>\n<p>a|b `c` &lt;script&gt;")
    assert refusal("x" * 100, room=100) == ""


def test_markdown_is_cut_at_a_row() -> None:
    many = Checked([Verdict(FLOOR, FAIL, f"task {number}", "too low " * 100) for number in range(3000)])
    text = markdown(many)
    assert LIMIT - 1500 < len(text.encode()) <= LIMIT
    kept = text.count("| **✗ fail** |")
    assert text.endswith(f"… and {3000 - kept:,} more, left out for want of room\n")
    assert rendered(text).count("<tr>") == kept + 1
    assert markdown(many, room=10) == markdown(many, room=-5) == ""


def test_json_is_json() -> None:
    numbers = {"estimate": float("nan"), "low": float("inf"), "n": 3, "where": {"task": "a", "k": None}}
    found = reader.loads(json(Checked([replace(EACH[0], numbers=numbers), *EACH[1:]], ["numpy changed"])))
    assert (found["exit_code"], found["remarks"]) == (1, ["numpy changed"])
    assert [one["fails"] for one in found["verdicts"]] == [True, True, True, False, False, False, False]
    first = found["verdicts"][0]
    assert (first["metric"], first["status"], first["at_least"], first["severity"]) == ("jaccard", FAIL, 0.9, "error")
    assert first["numbers"] == {"estimate": None, "low": None, "n": 3, "where": {"task": "a", "k": None}}
    assert reader.loads(json(Checked([Verdict(replace(FLOOR, name=HOSTILE), FAIL, HOSTILE, HOSTILE)])))


def test_annotations_are_lines_of_githubs_own() -> None:
    assert annotation_lines(EACH) == [
        "::error title=jaccard at least 0.9%2C task a::fail: too low",
        "::error title=jaccard at least 0.9%2C task b::missing: no rows",
        "::error title=jaccard at least 0.9%2C task c::inconclusive (strict): who knows",
        "::warning title=jaccard at least 0.9%2C task d::fail (warning): too low",
    ]
    (line,) = annotation_lines([Verdict(FLOOR, FAIL, "100 %: a\nb", "100 %\r\n::error::x")])
    assert line == "::error title=jaccard at least 0.9%2C 100 %25%3A a%0Ab::fail: 100 %25%0D%0A::error::x"


def test_a_refusal_is_one_annotation() -> None:
    line = refusal_line("a % of\n::error::x")
    assert line == "::error title=limeeval check%3A nothing was judged::a %25 of%0A::error::x"


def test_annotations_beyond_what_is_shown_are_counted() -> None:
    assert len(annotation_lines(EACH[:1] * MOST)) == MOST
    lines = annotation_lines(EACH[:1] * 40)
    assert len(lines) == MOST
    assert lines[-1].endswith(f"::{41 - MOST} more: see the table of this step")


def test_the_table_leaves_out_passes_alone() -> None:
    shown = plain_table(Checked([*EACH[:1] * 30, *EACH[-1:] * 30]))
    assert shown.count("✗ fail") == 30
    assert shown.count("✓ pass") == PASSED
    assert f"and {30 - PASSED} more that pass" in shown


def test_the_table_fits_whatever_names_hold() -> None:
    shown = plain_table(Checked([Verdict(replace(FLOOR, name=HOSTILE * 9), FAIL, "x" * 299, "too low")], [HOSTILE]))
    assert max(map(len, shown.splitlines())) <= 80
    assert not re.search("[\x00\x1b]", shown)


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("before", encoding="utf-8")
    write(target, "ä\ud800", "--json")
    assert target.read_bytes() == "ä?".encode()
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(ValueError, match="--json must be a file that can be written"):
        write(tmp_path / "none" / "a.json", "x", "--json")
    with pytest.raises(ValueError, match="--json must be a file, got the folder"):
        check_target(tmp_path, "--json")
    with pytest.raises(ValueError, match="--json must be a file in a folder that exists"):
        check_target(tmp_path / "none" / "a.json", "--json")


def test_devices_are_not_replaced() -> None:
    write(Path("/dev/null"), "x", "--json")
    assert not Path("/dev/null").is_file()
