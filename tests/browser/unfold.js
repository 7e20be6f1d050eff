async () => {
  const frames = async (count) => { while (count--) await new Promise(requestAnimationFrame); };
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
    scrollTo(0, top);
    await frames(1);
  }
  await frames(2); // Requests begin a frame after what they are for has come into view.
  scrollTo(0, 0);
}
