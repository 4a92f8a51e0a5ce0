// The PNG: the whole picture on a canvas of its own, with title, what-if line, legend and notes.

const POSTER = { margin: 32, pixels: 2, longest: 16000, area: 120e6 };

/** The picture with title, what-if line, legend and notes on a canvas of its own, at twice the size. */
function paintPoster(payload, scene, look) {
  const plain = { ...look, scale: 1, lit: null, hover: null, cursor: null, chosen: null };
  const rect = sceneRect(scene);
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d");
  const width = Math.max(rect.right - rect.left, 640) + 2 * POSTER.margin;
  const room = width - 2 * POSTER.margin;
  const head = posterHead(ctx, payload, plain, room);
  const foot = posterFoot(ctx, payload, plain, room);
  const top = POSTER.margin + head.reduce((sum, line) => sum + line.high, 0) + 16;
  const height = top + (rect.bottom - rect.top) + foot.height + POSTER.margin;
  const fitting = Math.min(POSTER.longest / Math.max(width, height), Math.sqrt(POSTER.area / (width * height)));
  const pixels = Math.min(POSTER.pixels, fitting);
  canvas.width = Math.round(width * pixels);
  canvas.height = Math.round(height * pixels);
  ctx.scale(pixels, pixels);
  ctx.fillStyle = plain.colours.background;
  ctx.fillRect(0, 0, width, height);
  let y = POSTER.margin;
  for (const line of head) {
    const style = { ...line, colour: plain.colours[line.tone], width: room };
    text(ctx, plain, line.words, POSTER.margin, y + line.high / 2, style);
    y += line.high;
  }
  ctx.save();
  ctx.translate((width - (rect.right - rect.left)) / 2 - rect.left, top - rect.top);
  paintScene(ctx, scene, plain);
  ctx.restore();
  for (const item of foot.items) item.paint(POSTER.margin + item.x, height - POSTER.margin - foot.height + item.y);
  return canvas;
}

function posterHead(ctx, payload, look, room) {
  const counts = [payload.headline, payload.differences].filter(Boolean).join(" · ");
  const parts = [
    { words: payload.title || "Allowed connections", size: 22, weight: 700, tone: "text", high: 32 },
    { words: payload.what_if, size: 14, tone: "text", high: 22 },
    { words: counts, size: 13, tone: "muted", high: 20 },
  ];
  return parts.flatMap((part) => {
    ctx.font = `${part.weight ?? 400} ${part.size}px ${look.family}`;
    return wrapped(ctx, part.words, room).map((words) => ({ ...part, words }));
  });
}

/** The text in lines that fit the room in the context's font, broken at spaces; no lines for no text. */
function wrapped(ctx, words, room) {
  const lines = [];
  for (const word of words.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && ctx.measureText(longer).width <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Legend entries in rows, then the notes, each with its place below the picture. */
function posterFoot(ctx, payload, look, room) {
  const items = [];
  let [x, y] = [0, 24];
  for (const entry of payload.legend) {
    ctx.font = `400 13px ${look.family}`;
    const width = 36 + ctx.measureText(entry.text).width + 22;
    if (x > 0 && x + width > room) [x, y] = [0, y + 24];
    items.push({ x, y, paint: (left, top) => paintLegendEntry(ctx, entry, left, top, look) });
    x += width;
  }
  y += 26;
  const style = { size: 12.5, colour: look.colours.muted, width: room };
  ctx.font = `400 ${style.size}px ${look.family}`;
  const notes = [...payload.notes, ...(payload.origin ? [payload.origin] : [])];
  for (const line of notes.flatMap((note) => wrapped(ctx, note, room))) {
    items.push({ x: 0, y, paint: (left, top) => text(ctx, look, line, left, top, style) });
    y += 20;
  }
  return { items, height: y };
}

function paintLegendEntry(ctx, entry, x, y, look) {
  if (entry.mark === "badge") {
    paintIcon(ctx, look.badges.get(entry.name), x + 14, y, 15, look.colours.badges[entry.name], 1.5);
  } else {
    ctx.save();
    ctx.lineWidth = entry.name === "same" ? 1.8 : 2.6;
    ctx.strokeStyle = look.colours[entry.name];
    ctx.setLineDash(edgeDash({ certain: entry.name !== "unknown", change: entry.name }));
    ctx.lineCap = entry.name === "unknown" ? "round" : "butt";
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 28, y);
    ctx.stroke();
    ctx.restore();
  }
  text(ctx, look, entry.text, x + 36, y + 0.5, { size: 13, colour: look.colours.text });
}
