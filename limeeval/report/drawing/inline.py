"""Figures as parts of a page: SVG whose colours follow the page's, or pixels."""

from __future__ import annotations

import re
from base64 import b64encode
from xml.etree import ElementTree

from limeeval.report.drawing import style
from limeeval.report.drawing.figure import Figure

DRAWN_UP_TO = 1000
"""Marks of a figure that is kept as a drawing."""
_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NOT_OURS = (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")
"""Who made it, and a style sheet that would be the whole page's."""
_VARIABLES = {
    style.INK: "ink",
    style.MUTED: "muted",
    style.GRID: "rule",
    style.PAPER: "paper",
    **{color: f"series-{number}" for number, color in enumerate(style.SERIES)},
}


def is_drawn(figure: Figure) -> bool:
    """Whether a page carries the figure as a drawing rather than as pixels."""
    return not figure.is_picture and figure.marks <= DRAWN_UP_TO


def image_of(png: bytes) -> str:
    """An address that a page carries within itself."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def inline_svg(svg: bytes, *, prefix: str, label: str) -> str:
    """A drawing of ours as an element of a page: no names of the page's own, colours as variables, text in its font.

    Args:
        svg: as :func:`saved` writes it.
        prefix: of all names within, so that two drawings on a page share none.
        label: what people read who do not see it.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)
    for parent in (root, *root.findall(f"{{{_SVG}}}defs")):
        for child in [own for own in parent if own.tag in _NOT_OURS]:
            parent.remove(child)
    root.set("stroke-linejoin", "round")
    for element in root.iter():
        _made_ours(element, prefix)
    root.attrib.pop("height", None)
    root.attrib.pop("width", None)
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("style", f"max-width: {_points(root):.0f}pt")
    return ElementTree.tostring(root, encoding="unicode")


def _made_ours(element: ElementTree.Element, prefix: str) -> None:
    for name, value in list(element.attrib.items()):
        if name == "id":
            element.set(name, f"{prefix}-{value}")
        elif name == _LINK:
            element.set(name, value.replace("#", f"#{prefix}-", 1))
        elif name in ("style", "clip-path", "fill", "stroke"):
            element.set(name, _recolored(value.replace("url(#", f"url(#{prefix}-")))


def _recolored(value: str) -> str:
    found = re.sub(r"#[0-9a-f]{6}", lambda color: _variable(color.group()), value)
    return re.sub(r"font-family: [^;]*", "font-family: var(--font)", found)


def _variable(color: str) -> str:
    return f"var(--{_VARIABLES[color]})" if color in _VARIABLES else color


def _points(root: ElementTree.Element) -> float:
    return float(root.attrib["viewBox"].split()[2])
