"""An HTML file as a browser shows it, and what is wrong with it there."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

PHONE, TABLET, DESKTOP = 360, 768, 1280
"""Widths of windows, in CSS pixels."""
SHEET, SHEET_HEIGHT = 718, 1047
"""Width and height of A4 between margins of 1 cm, in CSS pixels."""
ARGUMENTS = (
    "--no-sandbox",  # Chromium does not start as root with it.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EMBEDDED = ("data:", "blob:", "about:")
"""Addresses of what lies in the page itself."""
SERIOUS = ("serious", "critical")


@dataclass(frozen=True)
class Figure:
    """A drawing or a picture: its name for those who do not see it, and its size in CSS pixels, 0 if it is broken."""

    name: str
    width: float
    height: float


@dataclass
class Page:
    """One tab and the file in it; every list of faults is empty where there are none.

    Attributes:
        tab: Playwright's page.
        address: of the file.
        width: of the window, in CSS pixels.
        faults: console errors, uncaught exceptions, dialogs and requests since the file was opened, in order.
    """

    tab: Any
    address: str = "about:blank"
    width: int = DESKTOP
    faults: list[str] = field(default_factory=list)

    def show(self, path: Path, *, width: int = DESKTOP, scheme: str = "light", is_print: bool = False) -> None:
        """Opens a file in a window of this width, light or dark, on screen or in print; what was in the tab is gone."""
        self.address, self.width = path.resolve().as_uri(), width
        self.tab.set_viewport_size({"width": width, "height": 800})
        self.tab.emulate_media(color_scheme=scheme, media="print" if is_print else "null")
        self.tab.goto("about:blank")
        self.faults.clear()
        self.tab.goto(self.address, wait_until="load")

    def unfold(self) -> None:
        """Opens every fold, and comes by everything once: what loads only when it is seen loads now."""
        self.tab.evaluate(_script("unfold"))

    def problems(self) -> Sequence[str]:
        """Console errors, uncaught exceptions, dialogs, and requests of anything but the file, since it was opened."""
        return [*self.faults]

    def overflow(self) -> Sequence[str]:
        """The document, if it is wider than the window, and the elements that stick out of the window."""
        found: Sequence[str] = self.tab.evaluate(_script("overflow"), self.width)
        return found

    def cut(self) -> Sequence[str]:
        """Elements that hide a part of what they hold, and labels that reach beyond their figure."""
        found: Sequence[str] = self.tab.evaluate(_script("cut"))
        return found

    def broken(self) -> Sequence[str]:
        """Words of at most 12 characters that go on in the next line: what they stand in is too narrow."""
        found: Sequence[str] = self.tab.evaluate(_script("broken"))
        return found

    def overlaps(self) -> Sequence[str]:
        """Labels of one drawing that lie on each other."""
        found: Sequence[str] = self.tab.evaluate(_script("overlaps"))
        return found

    def faint(self) -> Sequence[str]:
        """Labels of drawings with a contrast below 4.5 to what is behind them, at which axe-core does not look."""
        found: Sequence[str] = self.tab.evaluate(_script("faint"))
        return found

    def references(self) -> Sequence[str]:
        """Links to places that are not in the page, and references that mean several elements which differ."""
        found: Sequence[str] = self.tab.evaluate(_script("references"))
        return found

    def violations(self) -> Sequence[str]:
        """What axe-core calls serious or critical: the rule, the element and what to mend."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"resultTypes": ["violations"], "preload": False}  # Preloading requests files.
        found = Axe().run(self.tab, options=options).response["violations"]
        return [_told(rule, node) for rule in found if rule["impact"] in SERIOUS for node in rule["nodes"]]

    def text(self) -> str:
        """All text in the page, folded or not, each run of blanks a single one."""
        return " ".join(self.tab.evaluate("document.body.textContent").split())

    def count(self, selector: str) -> int:
        """How many elements there are of a kind."""
        number: int = self.tab.locator(selector).count()
        return number

    def figures(self) -> Sequence[Figure]:
        """Drawings and pictures, in the order of the page."""
        return [Figure(**fields) for fields in self.tab.evaluate(_script("figures"))]

    def ink(self) -> str:
        """The color of its text."""
        color: str = self.tab.evaluate("getComputedStyle(document.body).color")
        return color

    def pdf(self) -> bytes:
        """The page as it is printed on A4."""
        margin = dict.fromkeys(("top", "right", "bottom", "left"), "1cm")
        printed: bytes = self.tab.pdf(format="A4", margin=margin)
        return printed

    def screenshot(self, path: Path) -> None:
        """Writes the whole page, from top to bottom, as a PNG."""
        self.tab.screenshot(path=path, full_page=True)


def new_page(browser: Any, *, is_phone: bool) -> Page:
    """An empty tab of someone who is offline; a phone lays out a page as wide as the page asks for."""
    context = browser.new_context(is_mobile=is_phone, offline=True, accept_downloads=False)
    page = Page(context.new_page())

    def note_request(request: Any) -> None:
        is_the_file = request.is_navigation_request() and unquote(request.url) == unquote(page.address)
        if not is_the_file and not request.url.startswith(EMBEDDED):
            page.faults.append(f"request of {request.url}")

    def note_message(message: Any) -> None:
        if message.type == "error":
            page.faults.append(f"console error: {message.text}")

    def note_dialog(dialog: Any) -> None:
        page.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.tab.on("request", note_request)
    page.tab.on("dialog", note_dialog)
    page.tab.on("console", note_message)
    page.tab.on("pageerror", lambda error: page.faults.append(f"uncaught exception: {error.message}"))
    return page


@dataclass(frozen=True)
class Sheet:
    """A page of a PDF: its text, each run of blanks a single one, and how many images it has."""

    text: str
    images: int


def sheets(pdf: bytes) -> Sequence[Sheet]:
    """The pages of a PDF."""
    from pypdf import PdfReader

    return [
        Sheet(" ".join(sheet.extract_text().split()), len(sheet.images)) for sheet in PdfReader(io.BytesIO(pdf)).pages
    ]


def _told(rule: Any, node: Any) -> str:
    place = " ".join(str(part) for part in node["target"])
    return f"{rule['id']} ({rule['impact']}) at {place}\n  {node['html'][:300]}\n  {node['failureSummary']}"


def _script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")
