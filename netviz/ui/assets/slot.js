// Where the renderer and the maps meet, whichever of them comes first.

function slot() {
  if (!globalThis.netviz) {
    let offer;
    const renderer = new Promise((resolve) => {
      offer = resolve;
    });
    globalThis.netviz = { renderer, offer };
  }
  return globalThis.netviz;
}
