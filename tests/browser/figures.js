// Drawings and pictures that stand for something: what they are called, and their size; 0 if there is nothing to see.
() =>
  [...document.querySelectorAll("svg, img")]
    .filter((element) => !element.parentElement.closest("svg") && element.ariaHidden !== "true")
    .map((element) => {
      const box = element.getBoundingClientRect();
      const isBroken = element.localName === "img" ? !element.naturalWidth : !element.getBBox().width;
      const name = element.getAttribute("aria-label") ?? element.alt ?? element.querySelector(":scope > title")?.textContent;
      return { name: name ?? "", width: isBroken ? 0 : box.width, height: isBroken ? 0 : box.height };
    })
