// The picture as the painter and the hit test need it: cards, edges with their shapes, boxes, and where they are now.
//
// All positions and routes were decided in Python; only what a user drags is computed here.

const BOX_PADDING = { side: 24, top: 52, bottom: 24 };
const ARROW = { length: 11, half: 4.6 };
const SAMPLES_PER_PIECE = 18;

// -------------------------------------------------------------------------------------------------------------- scene

/** The payload as the painter and the hit test need it. Cards that were dragged in `previous` stay where they are. */
function buildScene(payload, previous) {
  const nodes = new Map();
  for (const item of payload.nodes) {
    const node = { ...item.nv, id: item.id, name: item.label, x: item.x, y: item.y, edges: [] };
    node.home = { x: item.x, y: item.y };
    const before = previous?.nodes.get(item.id);
    if (before && hasSameHome(before, node)) {
      node.x = before.x;
      node.y = before.y;
    }
    nodes.set(node.id, node);
  }
  const edges = payload.edges.map((item) => {
    const edge = { ...item.nv, id: item.id, source: nodes.get(item.from), target: nodes.get(item.to), shape: null };
    edge.source.edges.push(edge);
    if (edge.target !== edge.source) edge.target.edges.push(edge);
    return edge;
  });
  // What the what-if changed is painted last, on top of what it left alone.
  edges.sort((a, b) => (a.change !== "same") - (b.change !== "same"));
  const boxes = payload.boxes.map((box) => ({ ...box, cards: [...nodes.values()].filter((n) => n.box === box.id) }));
  return { nodes, edges, boxes, view: payload.view };
}

function hasSameHome(a, b) {
  return a.home.x === b.home.x && a.home.y === b.home.y;
}

function isMoved(node) {
  return node.x !== node.home.x || node.y !== node.home.y;
}

function cardRect(node, margin = 0) {
  return {
    left: node.x - node.width / 2 - margin,
    top: node.y - node.height / 2 - margin,
    right: node.x + node.width / 2 + margin,
    bottom: node.y + node.height / 2 + margin,
  };
}

/** The box as planned, stretched to the cards that were dragged out of it. */
function boxRect(box) {
  const [x, y, width, height] = box.rect;
  const rect = { left: x, top: y, right: x + width, bottom: y + height };
  for (const card of box.cards.filter(isMoved)) {
    const inner = cardRect(card);
    rect.left = Math.min(rect.left, inner.left - BOX_PADDING.side);
    rect.top = Math.min(rect.top, inner.top - BOX_PADDING.top);
    rect.right = Math.max(rect.right, inner.right + BOX_PADDING.side);
    rect.bottom = Math.max(rect.bottom, inner.bottom + BOX_PADDING.bottom);
  }
  return rect;
}

/** The rectangle around everything, where it is now. */
function sceneRect(scene) {
  const [x, y, width, height] = scene.view;
  const rect = { left: x, top: y, right: x + width, bottom: y + height };
  const moved = [...scene.nodes.values()].filter(isMoved).map((node) => cardRect(node, 24));
  for (const other of [...moved, ...scene.boxes.map(boxRect)]) {
    rect.left = Math.min(rect.left, other.left);
    rect.top = Math.min(rect.top, other.top);
    rect.right = Math.max(rect.right, other.right);
    rect.bottom = Math.max(rect.bottom, other.bottom);
  }
  return rect;
}

function isInside(point, rect, margin = 0) {
  const isBeside = point.x < rect.left - margin || point.x > rect.right + margin;
  return !isBeside && point.y >= rect.top - margin && point.y <= rect.bottom + margin;
}

// -------------------------------------------------------------------------------------------------------- edge shapes

/** Path, sampled points, pill and arrow of an edge; kept until one of its cards moves (`edge.shape = null`). */
function edgeShape(edge) {
  if (edge.shape) return edge.shape;
  const isPlanned = edge.route.length >= 4 && !isMoved(edge.source) && !isMoved(edge.target);
  const points = isPlanned ? edge.route : looseRoute(edge.source, edge.target);
  const samples = sampled(points);
  const middle = samples[Math.floor(samples.length / 2)];
  const tip = points[points.length - 1];
  const before = samples.findLast((p) => Math.hypot(p[0] - tip[0], p[1] - tip[1]) >= ARROW.length) ?? points[0];
  const angle = Math.atan2(tip[1] - before[1], tip[0] - before[0]);
  edge.shape = {
    samples,
    path: trimmedPath(points, angle),
    tip,
    angle,
    rect: rectAround(samples),
    pill: isPlanned ? edge.at : middle,
    middle,
  };
  return edge.shape;
}

/** An S from card side to card side, for cards that are no longer where the route was planned for. */
function looseRoute(a, b) {
  if (a === b) {
    const right = a.x + a.width / 2;
    return [[right, a.y - 12], [right + 60, a.y - 44], [right + 60, a.y + 44], [right, a.y + 12]];
  }
  const gapX = Math.abs(b.x - a.x) - (a.width + b.width) / 2;
  const gapY = Math.abs(b.y - a.y) - (a.height + b.height) / 2;
  if (gapX >= gapY) {
    const way = Math.sign(b.x - a.x) || 1;
    const start = [a.x + (way * a.width) / 2, a.y];
    const end = [b.x - (way * b.width) / 2, b.y];
    const bend = way * Math.max(24, Math.abs(end[0] - start[0]) * 0.45);
    return [start, [start[0] + bend, start[1]], [end[0] - bend, end[1]], end];
  }
  const way = Math.sign(b.y - a.y) || 1;
  const start = [a.x, a.y + (way * a.height) / 2];
  const end = [b.x, b.y - (way * b.height) / 2];
  const bend = way * Math.max(24, Math.abs(end[1] - start[1]) * 0.45);
  return [start, [start[0], start[1] + bend], [end[0], end[1] - bend], end];
}

function sampled(points) {
  const samples = [points[0]];
  for (let i = 0; i + 3 < points.length; i += 3) {
    const [p, q, r, s] = points.slice(i, i + 4);
    for (let step = 1; step <= SAMPLES_PER_PIECE; step += 1) {
      const t = step / SAMPLES_PER_PIECE;
      const u = 1 - t;
      const at = (k) => u * u * u * p[k] + 3 * u * u * t * q[k] + 3 * u * t * t * r[k] + t * t * t * s[k];
      samples.push([at(0), at(1)]);
    }
  }
  return samples;
}

/** The line ends inside the arrow head: a thick line would blunt its tip. */
function trimmedPath(points, angle) {
  const path = new Path2D();
  path.moveTo(...points[0]);
  for (let i = 1; i + 2 < points.length; i += 3) {
    const isLast = i + 3 >= points.length;
    const back = isLast ? ARROW.length * 0.7 : 0;
    const [, r, s] = points.slice(i, i + 3);
    const end = [s[0] - Math.cos(angle) * back, s[1] - Math.sin(angle) * back];
    path.bezierCurveTo(...points[i], ...r, ...end);
  }
  return path;
}

function rectAround(points) {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function pillRect(edge, centre) {
  const [width, height] = edge.size[0] > 0 ? edge.size : [edge.label.length * 6.5 + 18, 20];
  return {
    left: centre[0] - width / 2,
    top: centre[1] - height / 2,
    right: centre[0] + width / 2,
    bottom: centre[1] + height / 2,
  };
}

/** Distance from a point to the edge's line. */
function distanceToEdge(point, edge) {
  const { samples } = edgeShape(edge);
  let nearest = Infinity;
  for (let i = 1; i < samples.length; i += 1) {
    const [ax, ay] = samples[i - 1];
    const dx = samples[i][0] - ax;
    const dy = samples[i][1] - ay;
    const along = ((point.x - ax) * dx + (point.y - ay) * dy) / (dx * dx + dy * dy || 1);
    const t = Math.max(0, Math.min(1, along));
    nearest = Math.min(nearest, Math.hypot(point.x - ax - t * dx, point.y - ay - t * dy));
  }
  return nearest;
}
