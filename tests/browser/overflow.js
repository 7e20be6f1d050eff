// The document, if it is wider than the window, and the innermost elements that stick out of the window.
// Not those inside an element that scrolls by itself; those it cuts off are found by cut.js.
(width) => {
  const root = document.documentElement;
  const bounded = (element) => {
    for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement)
      if (getComputedStyle(outer).overflowX !== "visible") return true;
    return false;
  };
  const sticksOut = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 0 && (box.right + scrollX > width + 1 || box.left + scrollX < -1);
  };
  const outside = [...document.body.querySelectorAll("*")].filter(
    (element) => !element.ownerSVGElement && sticksOut(element) && !bounded(element)
  );
  const innermost = outside.filter((element) => !outside.some((other) => other !== element && element.contains(other)));
  const told = innermost.map((element) => {
    const box = element.getBoundingClientRect();
    return `${Math.round(box.left)} to ${Math.round(box.right)} px: ${element.outerHTML.slice(0, 200)}`;
  });
  return root.scrollWidth > width ? [`the document is ${root.scrollWidth} px wide, the window ${width}`, ...told] : told;
}
