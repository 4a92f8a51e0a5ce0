// Elements of the map's frame, and the theme that Streamlit hands down to them.

// ---------------------------------------------------------------------------------------------------------------- DOM

/** An element with attributes and children; strings become text nodes, never markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svgElement(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function button(label, face, act) {
  const made = element("button", { type: "button", "aria-label": label, title: label }, face);
  made.addEventListener("click", act);
  return made;
}

function legendMark(entry, look, icons) {
  if (entry.mark === "badge") {
    const colour = look.colours.badges[entry.name];
    const icon = icons.badge[entry.name];
    const round = { "stroke-linejoin": "round", "stroke-linecap": "round" };
    const pen = { fill: "none", stroke: colour, "stroke-width": 2.4, ...round };
    const paths = [svgElement("path", { d: icon.stroke, ...pen })];
    if (icon.fill) paths.push(svgElement("path", { d: icon.fill, fill: colour }));
    return svgElement("svg", { width: 15, height: 15, viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths);
  }
  const dash = edgeDash({ certain: entry.name !== "unknown", change: entry.name }).join(" ");
  const line = { x1: 1, y1: 5, x2: 27, y2: 5, stroke: look.colours[entry.name], "stroke-dasharray": dash };
  line["stroke-width"] = entry.name === "same" ? 1.8 : 2.6;
  line["stroke-linecap"] = entry.name === "unknown" ? "round" : "butt";
  return svgElement("svg", { width: 28, height: 10, "aria-hidden": "true" }, svgElement("line", line));
}

// -------------------------------------------------------------------------------------------------------------- theme

/** Streamlit hands its theme down as CSS variables; dark is what has a dark background. */
function readTheme(root) {
  const style = getComputedStyle(root);
  const background = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const family = style.getPropertyValue("--st-font").trim() || "sans-serif";
  return { dark: luminance(background) < 0.4, family };
}

function luminance(colour) {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.fillStyle = colour; // the canvas writes any CSS colour back as #rrggbb
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(ctx.fillStyle.slice(at, at + 2), 16) / 255);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
