"""JUnit XML: one test case a check, told apart as CI systems tell them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from limeeval.check.outputs.marks import state, title
from limeeval.check.verdict import MISSING, PASS, Verdict

SUITE = "limeeval check"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def junit(verdicts: Sequence[Verdict]) -> str:
    """The report as text.

    A check that fails the build is a ``failure``, one whose rows are not there an ``error``; what neither passes nor
    counts (a warning, rows that may be missing, what is inconclusive and not strict) is ``skipped``.
    """
    cases = [_case(verdict, name) for verdict, name in zip(verdicts, _names(verdicts), strict=True)]
    counts = Counter(child.tag for case in cases for child in case)
    attributes = {
        "name": SUITE,
        "tests": str(len(cases)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "time": "0",
    }
    suites = Element("testsuites")
    SubElement(suites, "testsuite", attributes).extend(cases)
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _case(verdict: Verdict, name: str) -> Element:
    case = Element("testcase", {"classname": f"limeeval.{_legal(verdict.threshold.metric)}", "name": name, "time": "0"})
    sentence = _legal(verdict.sentence)
    if verdict.status != PASS:
        kind = ("error" if verdict.status == MISSING else "failure") if verdict.is_red else "skipped"
        outcome = SubElement(case, kind, {"type": verdict.status, "message": f"{state(verdict)}: {sentence}"})
        outcome.text = f"{name}: {sentence}"
    else:
        SubElement(case, "system-out").text = sentence
    return case


def _names(verdicts: Sequence[Verdict]) -> list[str]:
    """Names that are each there once: of equal ones, CI systems keep the last."""
    seen: Counter[str] = Counter()
    found = []
    for name in (_legal(title(verdict)) for verdict in verdicts):
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
