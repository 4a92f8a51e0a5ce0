// Where the renderer and the maps meet, whichever of them comes first. SLOT carries a digest of the code: a page that
// stayed open while its server was upgraded must not draw new data with the old renderer.

function slot() {
  if (!globalThis[SLOT]) {
    let offer;
    const renderer = new Promise((resolve) => {
      offer = resolve;
    });
    globalThis[SLOT] = { renderer, offer, memories: new Map() };
  }
  return globalThis[SLOT];
}
