// One map on the page: a vis-network for pan, zoom and dragging, our painter for everything that is seen.
//
// A view lives as long as its element. New data is patched into it: the same network, the same zoom and centre, and no
// card moves that the new picture has at the same place.

// ---------------------------------------------------------------------------------------------------------- constants

const FIT_MARGIN = 4; // a picture brings its own margin
const FIT_LARGEST = 1.3; // a picture of two cards need not fill the screen
const ZOOM = { least: 0.06, most: 3.5, step: 1.3 };
const HEIGHT = { least: 420, most: 900 };
const PAN_PIXELS = 70;
const EDGE_REACH = 7; // pixels on the screen
const TIP_DELAY = 140;
const DOUBLE_CLICK = 260; // milliseconds; a little less than browsers wait, so that a single click is not slow
const NOTHING = { type: "none", id: "", source: "", target: "" };
const STAGE_LABEL =
  "Map of allowed connections; the table has the same content. " +
  "Arrow keys walk from card to card, Enter selects, E goes through the arrows of a card, Escape clears, " +
  "plus and minus zoom, 0 fits, Shift and arrow keys pan.";
const STILL = globalThis.matchMedia("(prefers-reduced-motion: reduce)");

// vis keeps nodes as properties of an object: with a prefix no id can be the name of something else, such as __proto__.
const visId = (id) => `n:${id}`;
const ownId = (id) => id.slice(2);

const VIS_OPTIONS = {
  autoResize: false,
  physics: { enabled: false },
  layout: { improvedLayout: false },
  nodes: { chosen: false },
  edges: { hidden: true, smooth: false, chosen: false },
  interaction: { hover: false, selectConnectedEdges: false, multiselect: false, keyboard: false },
};

// --------------------------------------------------------------------------------------------------------------- view

class View {
  constructor(root) {
    this.root = root;
    this.updates = 0;
    this.payload = null;
    this.scene = null;
    this.look = null;
    // {type, id, source, target} of what was clicked. It may be missing from a picture, and come back in the next one.
    this.selection = null;
    this.report = () => {};
    this.collapse = null; // tells of a double click on a namespace
    this.camera = null; // {scale, position} of what was painted last
    this.width = 0; // of the stage, as vis-network knows it
    this.cursor = null; // id of the card that the keyboard is at
    this.isWalking = false; // the keyboard was used last, not the mouse
    this.isFitted = true; // nobody has panned or zoomed since the last fit
    this.turn = -1; // which match of the search Enter went to
    this.buildDom();
    this.vis = new globalThis.vis.DataSet();
    this.visEdges = new globalThis.vis.DataSet();
    this.network = new globalThis.vis.Network(this.canvas, { nodes: this.vis, edges: this.visEdges }, VIS_OPTIONS);
    this.network.canvas.frame.tabIndex = -1; // the stage around it takes the focus
    this.listen();
  }

  buildDom() {
    this.search = element("input", {
      type: "search",
      placeholder: "Find a workload",
      "aria-label": "Find a workload by name",
      spellcheck: "false",
      autocomplete: "off",
    });
    this.found = element("span", { class: "found", "aria-live": "polite" });
    this.resetButton = button("Put dragged cards back", "Reset layout", () => this.resetLayout());
    const tools = element(
      "div",
      { class: "bar", role: "group", "aria-label": "Map tools" },
      this.search,
      this.found,
      element("span", { class: "gap" }),
      button("Fit the whole picture", "Fit", () => this.fit(true)),
      button("Zoom in", "+", () => this.zoomBy(ZOOM.step)),
      button("Zoom out", "−", () => this.zoomBy(1 / ZOOM.step)),
      this.resetButton,
      button("Download the picture as PNG", "PNG", () => this.download()),
    );
    this.canvas = element("div", { class: "canvas" });
    this.tip = element("div", { class: "tip", role: "tooltip", hidden: "" });
    this.stage = element(
      "div",
      {
        class: "stage",
        tabindex: "0",
        role: "application", // a screen reader leaves the arrow keys to the map
        "aria-roledescription": "map",
        "aria-label": STAGE_LABEL,
      },
      this.canvas,
      this.tip,
    );
    this.key = element("ul", { class: "key", "aria-label": "Legend" });
    this.live = element("div", { class: "live", role: "status", "aria-live": "polite" });
    this.said = element("div", { class: "said", role: "status", "aria-live": "polite" });
    this.root.replaceChildren(tools, this.stage, this.key, this.live, this.said);
  }

  listen() {
    this.network.on("beforeDrawing", (ctx) => this.paintBelow(ctx));
    this.network.on("afterDrawing", (ctx) => paintRegionNames(ctx, this.scene, this.look));
    this.network.on("click", (event) => this.click(this.hit(event.pointer.canvas)));
    this.network.on("doubleClick", (event) => this.enter(this.hit(event.pointer.canvas)));
    this.network.on("dragStart", () => this.hideTip());
    this.network.on("dragging", (event) => this.followDrag(event.nodes));
    this.network.on("dragEnd", (event) => this.followDrag(event.nodes));
    this.network.on("zoom", () => this.leaveFit()); // a pinch; the wheel is ours
    // Before vis sees it: vis zooms a fixed step per event, which is far too fast on a touchpad.
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { capture: true, passive: false });
    this.stage.addEventListener("pointermove", (event) => this.point(event));
    this.stage.addEventListener("pointerleave", () => this.hover(null));
    this.stage.addEventListener("keydown", (event) => this.press(event));
    this.stage.addEventListener("focus", () => this.redraw());
    this.stage.addEventListener("blur", () => this.redraw());
    this.search.addEventListener("input", () => this.find());
    this.search.addEventListener("keydown", (event) => this.searchKey(event));
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.stage);
    document.fonts?.ready.then(() => this.redraw());
  }

  // ------------------------------------------------------------------------------------------------------------ data

  /**
   * Shows a payload. Called again for every change of data, of theme, or of neither. `report` is told what is selected,
   * `collapse` of a double click on a namespace.
   */
  update(payload, report, collapse = null) {
    this.report = report;
    this.collapse = collapse;
    const isNew = payload !== this.payload;
    const isSame = isNew && this.scene !== null && isSameMap(this.payload, payload);
    this.look = { ...buildLook(payload, readTheme(this.root)), scale: this.network.getScale() };
    if (isNew) {
      this.updates += 1;
      if (this.payload) this.announce(payload);
      this.payload = payload;
      this.scene = buildScene(payload, isSame ? this.scene : null);
      this.patch();
      this.hideTip();
      this.countMatches();
    }
    this.writeLegend();
    this.light();
    this.markReset();
    if (isNew && !isSame) this.show();
    else if (isNew && this.isFitted && !this.isAllInView()) this.fit(true);
    else this.redraw();
  }

  /** Brings vis to the scene's cards with as few changes as possible. */
  patch() {
    const cards = [...this.scene.nodes.values()];
    const kept = new Set(cards.map((node) => visId(node.id)));
    // The painter draws edges from the scene; vis has them, hidden, so that its own model is complete.
    this.visEdges.clear();
    this.vis.remove(this.vis.getIds().filter((id) => !kept.has(id)));
    const added = cards.filter((node) => this.vis.get(visId(node.id)) === null);
    const ctxRenderer = (args) => this.card(args);
    this.vis.add(added.map((node) => ({ id: visId(node.id), x: node.x, y: node.y, shape: "custom", ctxRenderer })));
    for (const node of cards) this.place(node); // also those just added: vis cuts the fractions of first positions
    const ends = (edge) => ({ from: visId(edge.source.id), to: visId(edge.target.id) });
    this.visEdges.add(this.scene.edges.map((edge, i) => ({ id: i, ...ends(edge) })));
  }

  place(node) {
    const at = this.network.getPosition(visId(node.id));
    if (at.x !== node.x || at.y !== node.y) this.network.moveNode(visId(node.id), node.x, node.y);
  }

  /** Says what is new: the numbers, and the first arrows that another picture of the same map draws differently. */
  announce(payload) {
    const numbers = `${payload.headline}. ${payload.differences || "No difference from the baseline"}.`;
    const changes = payload.identity === this.payload.identity ? arrowNews(this.payload, payload) : "";
    const words = payload.news || [numbers, changes].filter(Boolean).join(" ");
    if (this.live.textContent !== words) this.live.textContent = words;
  }

  writeLegend() {
    const mark = (entry) => legendMark(entry, this.look, this.payload.icons);
    this.key.replaceChildren(...this.payload.legend.map((entry) => element("li", {}, mark(entry), entry.text)));
  }

  // -------------------------------------------------------------------------------------------------------- painting

  paintBelow(ctx) {
    this.look.scale = this.network.getScale();
    this.camera = { scale: this.look.scale, position: this.network.getViewPosition() };
    const isMarked = this.isWalking && this.stage.matches(":focus");
    this.look.cursor = isMarked ? (this.scene.nodes.get(this.cursor) ?? null) : null;
    paintBackdrop(ctx, this.scene, this.look);
  }

  card({ ctx, id }) {
    const node = this.scene.nodes.get(ownId(id));
    // vis draws once more while cards are being taken away.
    if (!node) return { drawNode: () => {}, nodeDimensions: { width: 1, height: 1 } };
    return {
      drawNode: () => paintCard(ctx, node, this.look),
      nodeDimensions: { width: node.width, height: node.height },
    };
  }

  redraw() {
    if (this.scene) this.network.redraw();
  }

  // ---------------------------------------------------------------------------------------------------------- camera

  /** First sight of a map: the right height, then everything in view. */
  show() {
    if (this.stage.clientWidth === 0) return; // in a closed tab; `resize` comes back when it opens
    this.stage.style.height = `${this.wantedHeight()}px`;
    this.measure();
    this.fit(false);
  }

  wantedHeight() {
    if (this.payload.height > 0) return this.payload.height;
    const rect = sceneRect(this.scene);
    const aspect = (rect.bottom - rect.top) / (rect.right - rect.left);
    return Math.round(Math.max(HEIGHT.least, Math.min(HEIGHT.most, this.stage.clientWidth * aspect)));
  }

  measure() {
    this.width = this.stage.clientWidth;
    this.network.setSize(`${this.stage.clientWidth}px`, `${this.stage.clientHeight}px`);
  }

  resize() {
    if (!this.scene || this.stage.clientWidth === 0) return;
    if (this.isFitted) this.show();
    else {
      this.measure();
      this.redraw();
    }
  }

  /** Whether cards that came with a what-if are all on the screen; if the user has not zoomed, the map makes room. */
  isAllInView() {
    const rect = sceneRect(this.scene);
    const scale = this.network.getScale();
    const centre = this.network.getViewPosition();
    const [right, down] = [this.stage.clientWidth / 2 / scale, this.stage.clientHeight / 2 / scale];
    const isWide = rect.left >= centre.x - right && rect.right <= centre.x + right;
    return isWide && rect.top >= centre.y - down && rect.bottom <= centre.y + down;
  }

  fit(isSmooth) {
    this.fitTo(sceneRect(this.scene), FIT_LARGEST, isSmooth);
    this.isFitted = true;
  }

  fitTo(rect, largest, isSmooth) {
    const width = this.stage.clientWidth - 2 * FIT_MARGIN;
    const height = this.stage.clientHeight - 2 * FIT_MARGIN;
    const scale = Math.min(width / (rect.right - rect.left), height / (rect.bottom - rect.top), largest);
    this.moveTo({ scale, position: { x: (rect.left + rect.right) / 2, y: (rect.top + rect.bottom) / 2 } }, isSmooth);
  }

  moveTo(target, isSmooth) {
    const animation = isSmooth && !STILL.matches ? { duration: 260, easingFunction: "easeInOutCubic" } : false;
    this.network.moveTo({ ...target, animation });
    this.hideTip();
  }

  leaveFit() {
    this.isFitted = false;
    this.hideTip();
  }

  /** Zooms, keeping the given point of the map (the middle of the view by default) where it is on the screen. */
  zoomBy(factor, anchor = this.network.getViewPosition()) {
    const old = this.network.getScale();
    const scale = Math.max(Math.min(ZOOM.least, old), Math.min(ZOOM.most, old * factor));
    const centre = this.network.getViewPosition();
    const shift = old / scale;
    const position = { x: anchor.x + (centre.x - anchor.x) * shift, y: anchor.y + (centre.y - anchor.y) * shift };
    this.leaveFit();
    this.moveTo({ scale, position }, false);
  }

  pan(right, down) {
    const centre = this.network.getViewPosition();
    const units = PAN_PIXELS / this.network.getScale();
    this.leaveFit();
    this.moveTo({ position: { x: centre.x + right * units, y: centre.y + down * units } }, false);
  }

  // -------------------------------------------------------------------------------------------------------- hit test

  /** What lies under a point of the map, topmost first: {type: "node" | "edge" | "box", item}, or null. */
  hit(point) {
    const cards = [...this.scene.nodes.values()].reverse();
    const card = cards.find((node) => isInside(point, cardRect(node)));
    if (card) return { type: "node", item: card };
    const edge = this.edgeAt(point);
    if (edge) return { type: "edge", item: edge };
    const box = this.scene.boxes.findLast((candidate) => isInside(point, boxRect(candidate)));
    return box ? { type: "box", item: box } : null;
  }

  edgeAt(point) {
    const pills = this.scene.edges.filter((edge) => {
      const rect = visiblePill(edge, this.look);
      return rect !== null && isInside(point, rect);
    });
    if (pills.length) return pills[pills.length - 1];
    const reach = EDGE_REACH / this.network.getScale();
    let [nearest, best] = [reach, null];
    for (const edge of this.scene.edges) {
      if (!isInside(point, edgeShape(edge).rect, reach)) continue;
      const distance = distanceToEdge(point, edge);
      if (distance < nearest) [nearest, best] = [distance, edge];
    }
    return best;
  }

  // ------------------------------------------------------------------------------------------------------- selection

  /** A click: spotlight it and tell whoever listens. A blank click is told only if there was something to clear. */
  choose(hit) {
    const had = this.selection;
    this.selection = hit ? selectionOf(hit) : null;
    this.hideTip();
    this.light();
    this.redraw();
    if (this.selection || had) this.report(this.selection ?? NOTHING);
  }

  /** Spotlights {type, id}, or nothing, without telling anybody. */
  pick(selection) {
    this.selection = selection;
    this.light();
    this.redraw();
  }

  /** A click on a box waits for the second one: a double click is another wish. */
  click(hit) {
    clearTimeout(this.boxTimer);
    this.isWalking = false;
    if (hit?.type === "node") this.cursor = hit.item.id; // the keyboard goes on from here
    if (hit?.type !== "box") {
      this.choose(hit);
      return;
    }
    const isChosen = this.selection?.type === "box" && this.selection.id === hit.item.id;
    this.boxTimer = setTimeout(() => this.choose(isChosen ? null : hit), DOUBLE_CLICK);
  }

  /** A double click on a namespace: whoever listens folds or unfolds it; without a listener it fills the view. */
  enter(hit) {
    clearTimeout(this.boxTimer);
    const isFolded = hit?.type === "node" && hit.item.kind === "namespace";
    if (hit?.type !== "box" && !isFolded) return;
    const namespace = isFolded ? hit.item.namespace || hit.item.name : hit.item.title;
    if (this.collapse) this.collapse({ namespace, click: Date.now() });
    else if (!isFolded) {
      this.leaveFit();
      this.fitTo(boxRect(hit.item), 2, true);
    }
  }

  selectedItem() {
    if (this.selection?.type === "box") return this.scene.boxes.find((box) => box.id === this.selection.id) ?? null;
    if (this.selection?.type === "node") return this.scene.nodes.get(this.selection.id) ?? null;
    if (this.selection?.type === "edge") return this.scene.edges.find((edge) => edge.id === this.selection.id) ?? null;
    return null;
  }

  /** Decides what is bright: matches of the search, or the selection with its neighbours, or everything. */
  light() {
    const item = this.selectedItem();
    this.look.chosen = item;
    const matches = this.matches() ?? this.foundElsewhere();
    const [cards, edges] = item ? surroundings(item) : [[], []];
    if (matches !== null) this.look.lit = { nodes: new Set(matches), edges: new Set() };
    else this.look.lit = item ? { nodes: new Set(cards), edges: new Set(edges) } : null;
  }

  // ---------------------------------------------------------------------------------------------------------- search

  matches() {
    const query = this.search.value.trim().toLowerCase();
    if (!query) return null;
    const names = (node) => [node.name, `${node.namespace}/${node.lines.join("")}`, ...node.tooltip.slice(0, 1)];
    const isMatch = (node) => names(node).some((name) => name.toLowerCase().includes(query));
    return [...this.scene.nodes.values()].filter(isMatch);
  }

  /** What a search of the page beside the map has found, unless something is selected. */
  foundElsewhere() {
    if (this.selectedItem() || !this.payload.found?.length) return null;
    return this.payload.found.map((id) => this.scene.nodes.get(id)).filter(Boolean);
  }

  find() {
    this.turn = -1;
    this.countMatches();
    this.light();
    this.redraw();
  }

  countMatches() {
    const matches = this.matches();
    const words = matches?.length === 0 ? "nothing found" : `${matches?.length} found`;
    this.found.textContent = matches === null ? "" : words;
  }

  searchKey(event) {
    if (event.key === "Escape") this.clear();
    if (event.key !== "Enter") return;
    const matches = this.matches() ?? [];
    if (!matches.length) return;
    this.turn = (this.turn + (event.shiftKey ? -1 : 1) + matches.length) % matches.length;
    const card = matches[this.turn];
    this.found.textContent = `${this.turn + 1} of ${matches.length}`;
    this.leaveFit();
    this.moveTo({ scale: Math.max(this.network.getScale(), 0.9), position: { x: card.x, y: card.y } }, true);
  }

  clear() {
    this.search.value = "";
    this.find();
    this.choose(null);
  }

  // ------------------------------------------------------------------------------------------------ pointer and keys

  followDrag(ids) {
    if (!ids.length) {
      this.leaveFit();
      return;
    }
    for (const id of ids) {
      const node = this.scene.nodes.get(ownId(id));
      const at = this.network.getPosition(id);
      node.x = at.x;
      node.y = at.y;
      for (const edge of node.edges) edge.shape = null;
    }
    this.markReset();
  }

  markReset() {
    this.resetButton.disabled = ![...this.scene.nodes.values()].some(isMoved);
  }

  resetLayout() {
    for (const node of this.scene.nodes.values()) {
      node.x = node.home.x;
      node.y = node.home.y;
      this.place(node);
    }
    for (const edge of this.scene.edges) edge.shape = null;
    this.markReset();
    this.redraw();
  }

  wheel(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1);
    this.zoomBy(Math.exp(-Math.max(-160, Math.min(160, pixels)) * 0.0016), this.mapPoint(event));
  }

  mapPoint(event) {
    const frame = this.stage.getBoundingClientRect();
    return this.network.DOMtoCanvas({ x: event.clientX - frame.left, y: event.clientY - frame.top });
  }

  point(event) {
    if (!this.scene || event.buttons) return;
    this.hover(this.hit(this.mapPoint(event)), event);
  }

  hover(hit, event) {
    const item = hit && hit.type !== "box" ? hit.item : null;
    this.canvas.style.cursor = item ? "pointer" : "";
    if (item !== this.look?.hover) {
      this.hoverAt(item);
      this.redraw();
    }
    if (item && event) this.placeTip(event);
  }

  hoverAt(item) {
    this.hideTip();
    if (!this.look) return;
    this.look.hover = item;
    if (item) this.tipTimer = setTimeout(() => this.showTip(item), TIP_DELAY);
  }

  showTip(item) {
    const own = item.edges ? [item.name, item.subtitle] : [`${item.source.name} → ${item.target.name}`, item.label];
    const lines = item.tooltip.length ? item.tooltip : own.filter(Boolean);
    this.tip.replaceChildren(...lines.map((line) => element("div", {}, line)));
    this.tip.hidden = false;
    this.placeTip(this.pointer);
  }

  /** Beside the pointer, on the side that has room. */
  placeTip(event) {
    this.pointer = { clientX: event.clientX, clientY: event.clientY };
    if (this.tip.hidden) return;
    const frame = this.stage.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const left = x + 16 + this.tip.offsetWidth > frame.width ? x - 12 - this.tip.offsetWidth : x + 16;
    const top = y + 16 + this.tip.offsetHeight > frame.height ? y - 12 - this.tip.offsetHeight : y + 16;
    this.tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  hideTip() {
    clearTimeout(this.tipTimer);
    this.tip.hidden = true;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      "+": () => this.zoomBy(ZOOM.step),
      "=": () => this.zoomBy(ZOOM.step),
      "-": () => this.zoomBy(1 / ZOOM.step),
      0: () => this.fit(true),
      ArrowLeft: () => this.step(-1, 0, event.shiftKey),
      ArrowRight: () => this.step(1, 0, event.shiftKey),
      ArrowUp: () => this.step(0, -1, event.shiftKey),
      ArrowDown: () => this.step(0, 1, event.shiftKey),
      Enter: () => this.chooseCursor(),
      " ": () => this.chooseCursor(),
      e: () => this.nextArrow(1),
      E: () => this.nextArrow(-1),
      Escape: () => this.clear(),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  }

  // ----------------------------------------------------------------------------------------------- walking by keyboard

  step(right, down, isPan) {
    if (isPan) this.pan(right, down);
    else this.walkTo(nextCard(this.scene, this.scene.nodes.get(this.cursor), right, down));
  }

  walkTo(card) {
    if (!card) return;
    this.cursor = card.id;
    this.isWalking = true;
    this.bringIntoView(card);
    this.redraw();
    this.say(cardWords(card));
  }

  chooseCursor() {
    const card = this.scene.nodes.get(this.cursor);
    if (!card) return;
    this.choose({ type: "node", item: card });
    this.say(`${cardWords(card)}. Selected.`);
  }

  /** Selects the arrows of the card at the cursor one after another. */
  nextArrow(way) {
    const edges = this.scene.nodes.get(this.cursor)?.edges ?? [];
    if (!edges.length) return;
    const at = edges.findIndex((edge) => this.selection?.type === "edge" && edge.id === this.selection.id);
    const edge = edges[at < 0 ? (way > 0 ? 0 : edges.length - 1) : (at + way + edges.length) % edges.length];
    this.choose({ type: "edge", item: edge });
    this.say(arrowWords(edge));
  }

  bringIntoView(card) {
    const [at, frame] = [this.network.canvasToDOM(card), this.stage];
    const isSeen = at.x > 0 && at.y > 0 && at.x < frame.clientWidth && at.y < frame.clientHeight;
    if (isSeen) return;
    this.leaveFit();
    this.moveTo({ position: { x: card.x, y: card.y } }, true);
  }

  say(words) {
    this.said.textContent = words;
  }

  // ---------------------------------------------------------------------------------------------------------- export

  download() {
    paintPoster(this.payload, this.scene, this.look).toBlob((blob) => {
      const link = element("a", { href: URL.createObjectURL(blob), download: "netviz.png" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  }

  /** Every text that the painter writes at a zoom, for tests: painted once more, on a canvas that only listens. */
  texts(scale = 1) {
    const ctx = document.createElement("canvas").getContext("2d");
    const heard = [];
    ctx.fillText = (words) => heard.push(words);
    paintScene(ctx, this.scene, { ...this.look, scale, lit: null });
    return heard;
  }

  /** What a later view of the same map takes up again: the camera, and cards that were dragged. */
  memory() {
    if (!this.payload) return null;
    const moved = [...this.scene.nodes.values()].filter(isMoved);
    const cards = moved.map(({ id, x, y, home }) => ({ id, x, y, home }));
    // The camera as last painted: an element that has left the page has no middle any more.
    const camera = this.isFitted ? null : this.camera;
    return { identity: this.payload.identity, camera, width: this.width, cards, cursor: this.cursor };
  }

  /**
   * Takes up what an earlier view of the same map left. Where this one is wider for now, because the panel beside it is
   * not there yet, vis-network will zoom out by as much as it gets narrower.
   */
  recall({ camera, width, cards, cursor }) {
    this.cursor = cursor;
    for (const { id, x, y, home } of cards) {
      const node = this.scene.nodes.get(id);
      if (!node || node.home.x !== home.x || node.home.y !== home.y) continue;
      [node.x, node.y] = [x, y];
      this.place(node);
      for (const edge of node.edges) edge.shape = null;
    }
    this.markReset();
    if (camera) {
      this.leaveFit();
      const scale = width && this.width ? (camera.scale * this.width) / width : camera.scale;
      this.moveTo({ ...camera, scale }, false);
    } else this.redraw();
  }

  destroy() {
    clearTimeout(this.boxTimer);
    this.hideTip();
    this.resized.disconnect();
    this.network.destroy();
  }
}

/** What Python is told about a card or an edge. */
function selectionOf({ type, item }) {
  const ends = { source: item.source?.id ?? "", target: item.target?.id ?? "" };
  // Choosing the same thing again must be news to Python: in between it may have explained something else.
  return { type, id: item.id, ...ends, click: Date.now() };
}

/** States of one map: the same identity, and most of the cards where they were. */
function isSameMap(before, after) {
  if (before.identity !== after.identity) return false;
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const stayed = after.nodes.filter((node) => old.get(node.id)?.x === node.x && old.get(node.id)?.y === node.y);
  return stayed.length * 2 >= Math.min(before.nodes.length, after.nodes.length);
}
