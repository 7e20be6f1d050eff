// Words of at most 12 characters that a line ends within, because what they stand in is too narrow.
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const part = document.createRange();
  const found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement.closest("svg, pre, code, style, script")) continue;
    for (const match of text.data.matchAll(/\S+/g)) {
      if (match[0].length > 12 || /[-–—/]/.test(match[0])) continue; // After these a line may end.
      part.setStart(text, match.index);
      part.setEnd(text, match.index + match[0].length);
      const lines = new Set([...part.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(`"${match[0]}" in ${text.parentElement.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}
