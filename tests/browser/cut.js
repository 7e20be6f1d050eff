// Elements that hide a part of what they hold, with no way to scroll to it, and labels that reach beyond their figure.
() => {
  const hides = (overflow) => overflow === "hidden" || overflow === "clip";
  const isCut = (element) => {
    const style = getComputedStyle(element);
    if (element.clientWidth <= 1 || element.clientHeight <= 1) return false; // Only read aloud.
    return (
      (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) ||
      (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1)
    );
  };
  const found = [...document.querySelectorAll("body, body *:not(svg, svg *)")]
    .filter(isCut)
    .map((element) => `cut off: ${element.outerHTML.slice(0, 200)}`);
  for (const figure of document.querySelectorAll("svg")) {
    const frame = figure.getBoundingClientRect();
    for (const label of figure.querySelectorAll('text, g[id^="text_"]')) {
      const box = label.getBoundingClientRect();
      const beyond = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
      if (box.width > 0 && beyond > 1)
        found.push(`${Math.round(beyond)} px beyond its figure: ${label.textContent.trim() || label.innerHTML.slice(0, 200)}`);
    }
  }
  return found;
}
