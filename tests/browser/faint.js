// Labels of drawings whose contrast (WCAG 2) to what is painted right behind them is below 4.5; over images it is unknown.
() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return paint.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const sheet = document.body.appendChild(document.createElement("div"));
  sheet.style.background = "canvas";
  const empty = rgba(getComputedStyle(sheet).backgroundColor);
  sheet.remove();
  const painted = (element) => {
    const style = getComputedStyle(element);
    return element.ownerSVGElement ? (style.fill === "none" ? "transparent" : style.fill) : style.backgroundColor;
  };
  // What is painted behind a point: null where that is an image or half transparent.
  const behind = (x, y) => {
    for (const element of document.elementsFromPoint(x, y)) {
      if (element.closest("text")) continue;
      if (["img", "image", "canvas"].includes(element.localName)) return null;
      const color = rgba(painted(element));
      if (color[3] === 255) return color;
      if (color[3] > 0) return null;
    }
    return empty;
  };
  const found = [];
  for (const label of document.querySelectorAll("svg text")) {
    if (!label.textContent.trim()) continue;
    label.scrollIntoView({ block: "center", behavior: "instant" });
    const box = label.getBoundingClientRect();
    const back = behind((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (!back || !box.width) continue;
    const own = rgba(getComputedStyle(label).fill);
    const reached = contrast(own, back);
    if (reached < 4.5)
      found.push(`${reached.toFixed(1)}: "${label.textContent.trim().slice(0, 80)}", ${own.slice(0, 3)} on ${back.slice(0, 3)}`);
  }
  scrollTo(0, 0);
  return found;
}
