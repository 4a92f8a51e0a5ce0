// Paints a scene on any 2D canvas context: the map on the page and the PNG are made by the same functions.
//
// Every text is untrusted: it goes to fillText and measureText, and nowhere else.

const ICON_UNITS = 24;
const CARD_RADIUS = 10;
const BOX_RADIUS = 16;
const DASHES = { removed: [9, 6], changed: [13, 4, 2.5, 4] };
const DIMMED = 0.26;
const DIMMED_BOX = 0.5;
const COMPACT_SCALE = 0.62; // below this zoom a card leaves out its small print, and the rest grows
const OVERVIEW_SCALE = 0.36; // below this zoom a card's text cannot be read: cards become blocks of colour

// --------------------------------------------------------------------------------------------------------------- look

/**
 * How to paint: colours of the theme, icons as paths, the font, and the zoom (one unit is `scale` CSS pixels).
 * `lit`: {nodes, edges} that stay bright while the rest is dimmed, or null. `hover`: what is under the pointer.
 */
function buildLook(payload, theme) {
  const colours = payload.palette[theme.dark ? "dark" : "light"];
  const paths = (icons) =>
    new Map(
      Object.entries(icons).map(([name, icon]) => [
        name,
        { stroke: new Path2D(icon.stroke), fill: icon.fill ? new Path2D(icon.fill) : null },
      ]),
    );
  return {
    colours,
    accent: colours.namespaces[0].stroke,
    dark: theme.dark,
    family: theme.family,
    cards: paths(payload.icons.card),
    badges: paths(payload.icons.badge),
    scale: 1,
    lit: null,
    hover: null,
    cursor: null,
    chosen: null,
  };
}

function isOverview(look) {
  return look.scale < OVERVIEW_SCALE;
}

function isCompact(look) {
  return look.scale < COMPACT_SCALE;
}

/** A font size that, zoomed out, grows towards `pixels` on the screen, at most to `most` units. */
function readable(size, pixels, most, look) {
  return Math.min(most, Math.max(size, pixels / look.scale));
}

function namespaceColours(look, index) {
  return look.colours.namespaces[index % look.colours.namespaces.length];
}

function isOutside(node) {
  return node.kind !== "workload" && node.kind !== "namespace";
}

function cardColour(node, look) {
  return isOutside(node) ? look.colours.external : namespaceColours(look, node.colour).stroke;
}

function edgeColour(edge, look) {
  return !edge.certain && edge.change === "same" ? look.colours.unknown : look.colours[edge.change];
}

/**
 * Dots for what is undecided, dashes for what was removed, dashes and dots for changed ports: without its colour a line
 * says the same. Far away the dashes grow with the lines.
 */
function edgeDash(edge, scale = 1) {
  const pattern = edge.certain ? (DASHES[edge.change] ?? []) : [0.1, 5.5];
  return pattern.map((length) => length * Math.max(1, 0.5 / scale));
}

function alphaOf(item, look) {
  if (!look.lit) return 1;
  return look.lit.nodes.has(item) || look.lit.edges.has(item) ? 1 : DIMMED;
}

/** Lit by a selection, or under the pointer, or touching the card under the pointer. */
function isEmphasised(edge, look) {
  return look.lit?.edges.has(edge) || look.hover === edge || look.hover === edge.source || look.hover === edge.target;
}

// -------------------------------------------------------------------------------------------------------------- marks

function roundRect(ctx, rect, radius) {
  ctx.beginPath();
  ctx.roundRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top, radius);
}

function text(ctx, look, words, x, y, style) {
  const { size, weight = 400, colour, align = "left", width = undefined, outline = null } = style;
  ctx.font = `${weight} ${size}px ${look.family}`;
  ctx.fillStyle = colour;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  if (outline) {
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.strokeStyle = outline;
    ctx.strokeText(words, x, y, width);
  }
  // The width was planned for another font: squeezed letters are better than letters outside of the card.
  ctx.fillText(words, x, y, width);
}

function paintIcon(ctx, icon, x, y, size, colour, line = 1.7) {
  if (!icon) return;
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / ICON_UNITS, size / ICON_UNITS);
  ctx.lineWidth = (line * ICON_UNITS) / size;
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  ctx.strokeStyle = colour;
  ctx.stroke(icon.stroke);
  if (icon.fill) {
    ctx.fillStyle = colour;
    ctx.fill(icon.fill);
  }
  ctx.restore();
}

// -------------------------------------------------------------------------------------------------------------- boxes

function paintBoxes(ctx, scene, look) {
  for (const box of scene.boxes) {
    const colours = namespaceColours(look, box.colour);
    ctx.save();
    ctx.globalAlpha = boxAlpha(box, look);
    roundRect(ctx, boxRect(box), BOX_RADIUS);
    ctx.fillStyle = colours.tint;
    ctx.fill();
    ctx.lineWidth = Math.max(1.25, 1 / look.scale);
    ctx.strokeStyle = colours.border;
    ctx.stroke();
    ctx.restore();
  }
}

function boxAlpha(box, look) {
  return !look.lit || box.cards.some((card) => look.lit.nodes.has(card)) ? 1 : DIMMED_BOX;
}

/** Titles lie above the edges that run through them; an outline in the box's colour parts the two. */
function paintBoxTitles(ctx, scene, look) {
  if (isOverview(look)) return;
  for (const box of scene.boxes) {
    ctx.save();
    ctx.globalAlpha = boxAlpha(box, look);
    paintBoxTitle(ctx, box, look);
    ctx.restore();
  }
}

function paintBoxTitle(ctx, box, look) {
  const rect = boxRect(box);
  const colours = namespaceColours(look, box.colour);
  const size = readable(16, 11, 20, look);
  const left = rect.left + 18;
  const room = rect.right - left - 14;
  const middle = rect.top + 24;
  const outline = colours.tint;
  text(ctx, look, box.title, left, middle, { size, weight: 700, colour: colours.text, width: room, outline });
  const used = Math.min(room, ctx.measureText(box.title).width) + 9;
  const rest = room - used;
  ctx.font = `400 12px ${look.family}`;
  if (ctx.measureText(box.subtitle).width <= rest) {
    text(ctx, look, box.subtitle, left + used, middle + 1, { size: 12, colour: look.colours.muted, outline });
  }
}

/** Far away, a namespace's name stays as large as it can be read, on a plate above its box. */
function paintRegionNames(ctx, scene, look) {
  if (!isOverview(look)) return;
  const size = 13 / look.scale;
  for (const box of scene.boxes) {
    const rect = boxRect(box);
    const colours = namespaceColours(look, box.colour);
    ctx.font = `700 ${size}px ${look.family}`;
    const half = Math.min(ctx.measureText(box.title).width, 180 / look.scale) / 2;
    const x = (rect.left + rect.right) / 2;
    const [wide, high] = [half + size * 0.5, size * 0.75];
    roundRect(ctx, { left: x - wide, right: x + wide, top: rect.top - high, bottom: rect.top + high }, size * 0.4);
    ctx.fillStyle = colours.tint;
    ctx.fill();
    ctx.strokeStyle = colours.border;
    ctx.lineWidth = 1 / look.scale;
    ctx.stroke();
    const style = { size, weight: 700, colour: colours.text, align: "center", width: 2 * half };
    text(ctx, look, box.title, x, rect.top, style);
  }
}

// -------------------------------------------------------------------------------------------------------------- edges

function paintEdges(ctx, scene, look) {
  const emphasised = scene.edges.filter((edge) => isEmphasised(edge, look));
  for (const edge of scene.edges) if (!isEmphasised(edge, look)) paintEdge(ctx, edge, look, false);
  for (const edge of emphasised) paintEdge(ctx, edge, look, true);
}

function paintPills(ctx, scene, look) {
  for (const edge of scene.edges) paintPill(ctx, edge, look);
}

function paintEdge(ctx, edge, look, isStrong) {
  const shape = edgeShape(edge);
  const isChanged = edge.change !== "same" || !edge.certain;
  const colour = isStrong && !isChanged ? look.accent : edgeColour(edge, look);
  // Thin lines fade away when zoomed out; they keep at least 0.9 pixels on the screen.
  const width = Math.max((isChanged ? 2.4 : 1.5) + (isStrong ? 0.7 : 0), 0.9 / look.scale);
  ctx.save();
  ctx.globalAlpha = alphaOf(edge, look);
  if (ctx.globalAlpha === 1 && (isChanged || isStrong)) {
    ctx.strokeStyle = look.colours.background;
    ctx.lineWidth = width + 3.5;
    ctx.stroke(shape.path);
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(edgeDash(edge, look.scale));
  ctx.lineCap = edge.certain ? "butt" : "round";
  ctx.stroke(shape.path);
  ctx.translate(...shape.tip);
  ctx.rotate(shape.angle);
  const grown = Math.max(width / 1.5, 1) ** 0.5;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(0, 0);
  ctx.lineTo(-ARROW.length * grown, ARROW.half * grown);
  ctx.quadraticCurveTo(-ARROW.length * 0.72 * grown, 0, -ARROW.length * grown, -ARROW.half * grown);
  ctx.fill();
  ctx.restore();
}

/** Where the pill is now, or null: far away, dimmed and unplaced pills are left out unless their edge is emphasised. */
function visiblePill(edge, look) {
  if (!edge.label) return null;
  const shape = edgeShape(edge);
  if (isEmphasised(edge, look)) return pillRect(edge, shape.pill ?? shape.middle);
  if (!shape.pill || isOverview(look) || alphaOf(edge, look) < 1) return null;
  return pillRect(edge, shape.pill);
}

function paintPill(ctx, edge, look) {
  const rect = visiblePill(edge, look);
  if (!rect) return;
  const isChanged = edge.change !== "same" || !edge.certain;
  const isStrong = isEmphasised(edge, look);
  const colour = edgeColour(edge, look);
  roundRect(ctx, rect, (rect.bottom - rect.top) / 2);
  ctx.fillStyle = look.colours.pill;
  ctx.fill();
  ctx.lineWidth = isChanged ? 1.5 : 1;
  ctx.strokeStyle = isChanged ? colour : isStrong ? look.accent : look.colours.card_line;
  ctx.stroke();
  text(ctx, look, edge.label, (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2 + 0.5, {
    size: readable(11.5, 7.5, 14.5, look),
    weight: isChanged ? 600 : 500,
    colour: isChanged ? colour : look.colours.text,
    align: "center",
    width: rect.right - rect.left - 12,
  });
}

// -------------------------------------------------------------------------------------------------------------- cards

function paintCard(ctx, node, look) {
  ctx.save();
  ctx.globalAlpha = alphaOf(node, look);
  if (isOverview(look)) paintBlock(ctx, node, look);
  else paintFullCard(ctx, node, look);
  ctx.restore();
  if (node === look.cursor) paintCursor(ctx, node, look);
}

/** Where the keyboard is: a ring around the card, at least two pixels wide on the screen. */
function paintCursor(ctx, node, look) {
  ctx.save();
  const width = Math.max(2.5, 2 / look.scale);
  roundRect(ctx, cardRect(node, 3 + width), CARD_RADIUS + 4);
  ctx.lineWidth = width;
  ctx.strokeStyle = look.colours.text;
  ctx.stroke();
  ctx.restore();
}

function paintBlock(ctx, node, look) {
  const rect = cardRect(node);
  const colour = cardColour(node, look);
  roundRect(ctx, rect, isOutside(node) ? node.height / 2 : CARD_RADIUS);
  ctx.fillStyle = colour;
  ctx.fill();
  const isMarked = node === look.chosen || node === look.hover;
  if (isMarked || node.badges.some((badge) => badge.changed)) {
    ctx.lineWidth = 2.5 / look.scale;
    ctx.strokeStyle = isMarked ? look.colours.text : look.colours.badge_frame;
    ctx.stroke();
  }
  const size = node.lines.length > 1 ? 21 : 26;
  const top = node.y - ((node.lines.length - 1) * size) / 2;
  node.lines.forEach((line, i) =>
    text(ctx, look, line, node.x, top + i * size, {
      size,
      weight: 700,
      colour: look.dark ? "#0b0f14" : "#ffffff",
      align: "center",
      width: node.width - 16,
    }),
  );
}

function paintFullCard(ctx, node, look) {
  const rect = cardRect(node);
  const radius = isOutside(node) ? node.height / 2 : CARD_RADIUS;
  const isMarked = node === look.chosen || node === look.hover;
  paintShadow(ctx, rect, radius, look);
  roundRect(ctx, rect, radius);
  ctx.fillStyle = look.colours.card;
  ctx.fill();
  if (!isOutside(node)) paintBar(ctx, node, rect, look);
  roundRect(ctx, rect, radius);
  ctx.lineWidth = node === look.chosen ? 2.5 : isMarked ? 1.75 : 1;
  ctx.strokeStyle = isMarked ? look.accent : look.colours.card_line;
  if (isOutside(node) && !isMarked) ctx.setLineDash([5, 4]);
  ctx.stroke();
  ctx.setLineDash([]);
  paintIcon(ctx, look.cards.get(node.icon), rect.left + 26, node.y, 22, cardColour(node, look), 1.6);
  paintCardText(ctx, node, rect, look);
  const middle = (node.badges.length - 1) / 2;
  node.badges.forEach((badge, i) => paintBadge(ctx, badge, rect, node.y + (i - middle) * 21, look));
}

/** Two faint outlines: a blurred canvas shadow would cost more than all the rest of a card. */
function paintShadow(ctx, rect, radius, look) {
  const shades = look.dark ? [[3, 0.18], [1.5, 0.25]] : [[3, 0.035], [1.5, 0.05]];
  for (const [down, alpha] of shades) {
    const around = { left: rect.left - 1, top: rect.top, right: rect.right + 1, bottom: rect.bottom + down };
    roundRect(ctx, around, radius + 1);
    ctx.fillStyle = `rgba(15, 23, 42, ${alpha})`;
    ctx.fill();
  }
}

function paintBar(ctx, node, rect, look) {
  ctx.save();
  roundRect(ctx, rect, CARD_RADIUS);
  ctx.clip();
  ctx.fillStyle = cardColour(node, look);
  ctx.fillRect(rect.left, rect.top, 5, rect.bottom - rect.top);
  ctx.restore();
}

function paintCardText(ctx, node, rect, look) {
  const left = rect.left + 44;
  const badgeRoom = isCompact(look) ? 34 : 52;
  const width = rect.right - left - (node.badges.length ? badgeRoom : 12);
  const title = { weight: 650, colour: look.colours.text, ...titleSize(ctx, node, width, look) };
  const lines = node.lines.map((words) => ({ ...title, words }));
  const small = { size: 12, weight: 400, colour: look.colours.muted, high: 16 };
  if (node.subtitle && !isCompact(look)) lines.push({ ...small, words: node.subtitle });
  let y = node.y - lines.reduce((sum, line) => sum + line.high, 0) / 2;
  for (const line of lines) {
    text(ctx, look, line.words, left, y + line.high / 2 + 0.5, { ...line, width });
    y += line.high;
  }
}

/** The name as large as the zoom wants and the card allows; letters are squeezed by a fifth at most. */
function titleSize(ctx, node, width, look) {
  ctx.font = `650 14px ${look.family}`;
  const longest = Math.max(...node.lines.map((words) => ctx.measureText(words).width));
  const most = Math.max(14, Math.min(node.lines.length > 1 ? 17 : 20, (14 * 1.2 * width) / longest));
  const size = readable(14, 9, most, look);
  return { size, high: size * 1.22 };
}

function paintBadge(ctx, badge, rect, y, look) {
  const right = rect.right - 10;
  const size = readable(14, 8.5, 18, look);
  if (badge.changed) {
    const left = isCompact(look) ? right - 21 : right - 43;
    roundRect(ctx, { left, top: y - 9.5, right: right + 5, bottom: y + 9.5 }, 6);
    ctx.fillStyle = look.colours.badge_fill;
    ctx.fill();
    ctx.lineWidth = 1.25;
    ctx.strokeStyle = look.colours.badge_frame;
    ctx.stroke();
  }
  const words = { size: 10.5, weight: 500, colour: badge.changed ? look.colours.text : look.colours.muted };
  if (!isCompact(look)) text(ctx, look, badge.side, right - 20, y + 0.5, { ...words, align: "right" });
  paintIcon(ctx, look.badges.get(badge.state), right - 8, y, size, look.colours.badges[badge.state], 1.5);
}

// ---------------------------------------------------------------------------------------------------- the whole thing

/** Everything that lies below the cards, from the bottom up. */
function paintBackdrop(ctx, scene, look) {
  paintBoxes(ctx, scene, look);
  paintEdges(ctx, scene, look);
  paintBoxTitles(ctx, scene, look);
  paintPills(ctx, scene, look);
}

function paintScene(ctx, scene, look) {
  paintBackdrop(ctx, scene, look);
  for (const node of scene.nodes.values()) paintCard(ctx, node, look);
}
