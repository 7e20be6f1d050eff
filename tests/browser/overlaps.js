// Labels of one drawing that lie on each other. Those at an angle are passed over: their boxes are larger than they are.
() => {
  const isUpright = (label) => {
    const { a, b } = label.getScreenCTM();
    return Math.abs(a) < 1e-3 || Math.abs(b) < 1e-3;
  };
  const shared = (low, high, otherLow, otherHigh) => Math.min(high, otherHigh) - Math.max(low, otherLow);
  const found = [];
  for (const drawing of document.querySelectorAll("svg")) {
    const labels = [...drawing.querySelectorAll("text")].filter((label) => label.textContent.trim() && isUpright(label));
    const boxes = labels.map((label) => label.getBoundingClientRect());
    boxes.forEach((one, i) =>
      boxes.slice(0, i).forEach((other, j) => {
        const across = shared(one.left, one.right, other.left, other.right);
        const down = shared(one.top, one.bottom, other.top, other.bottom);
        const [smallest] = [one.width, one.height, other.width, other.height].sort((a, b) => a - b);
        if (Math.min(across, down) > 0.3 * smallest)
          found.push(`"${labels[j].textContent.trim().slice(0, 80)}" and "${labels[i].textContent.trim().slice(0, 80)}"`);
      })
    );
  }
  return found;
}
