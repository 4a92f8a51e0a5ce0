// The matrix on the page: one HTML table, so that a screen reader reads it and arrow keys walk it. Every text is
// untrusted and only ever becomes a text node or the value of an attribute that nothing interprets.

const tables = new WeakMap();
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".netviz-grid");
  const pick = (source, target) => setTriggerValue("pick", { source, target });
  const known = tables.get(root);
  if (known && known.drawn === JSON.stringify(data)) {
    known.pick = pick;
    return;
  }
  tables.set(root, draw(root, data, pick, known));
}

function draw(root, data, pick, before) {
  const state = { drawn: JSON.stringify(data), data, pick, root, at: before?.at ?? [0, 0], cells: [] };
  const hadFocus = Boolean(before && root.getRootNode().activeElement?.closest("td"));
  const frame = root.querySelector(".frame");
  const scrolled = [frame?.scrollLeft ?? 0, frame?.scrollTop ?? 0];
  root.replaceChildren(table(state), detail(state), legend(data.legend));
  const shown = root.querySelector(".frame");
  if (before && before.data.identity === data.identity) [shown.scrollLeft, shown.scrollTop] = scrolled;
  else state.at = [0, 0];
  state.at = [Math.min(state.at[0], data.rows.length - 1), Math.min(state.at[1], data.columns.length - 1)];
  const current = state.cells[state.at[0]]?.[state.at[1]];
  if (current) {
    current.tabIndex = 0;
    if (hadFocus) current.focus();
  }
  root.__grid = state;
  return state;
}

function table(state) {
  const { data } = state;
  const whole = element("table", data.columns.length > 24 ? "dense" : data.columns.length <= 10 ? "roomy" : "");
  whole.setAttribute("role", "grid");
  whole.append(element("caption", "", data.caption));
  const head = element("tr");
  head.append(element("th", "corner", data.corner));
  data.columns.forEach((label) => head.append(heading(label, "col")));
  whole.createTHead().append(head);
  const filled = new Map(data.cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const body = whole.createTBody();
  data.rows.forEach((label, row) => {
    const line = body.insertRow();
    line.append(heading(label, "row"));
    state.cells.push(data.columns.map((_, column) => line.appendChild(box(state, row, column, filled))));
  });
  const frame = element("div", "frame");
  frame.append(whole);
  return frame;
}

function heading({ label }, scope) {
  const found = element("th");
  found.scope = scope;
  found.title = label;
  found.append(element("span", "", label));
  return found;
}

function box(state, row, column, filled) {
  const { data } = state;
  const cell = filled.get(`${row} ${column}`);
  const source = data.rows[row];
  const target = data.columns[column];
  const chosen = data.chosen && data.chosen[0] === source.id && data.chosen[1] === target.id;
  const classes = [cell ? cell.tone : "none", ...(cell ? cell.marks : []), chosen ? "chosen" : ""];
  const found = element("td", classes.filter(Boolean).join(" "), cell?.text ?? "");
  if (cell?.note && data.columns.length <= 10) found.append(element("small", "", cell.note));
  if (cell?.sign) found.append(element("small", "", cell.sign));
  const words = cell?.words ?? (source.id === target.id && data.pairs ? "itself" : "nothing is allowed");
  found.setAttribute("aria-label", `${source.label} → ${target.label}: ${words}`);
  found.setAttribute("aria-selected", String(Boolean(chosen)));
  found.setAttribute("role", "gridcell");
  found.tabIndex = -1;
  found.addEventListener("mouseenter", () => tell(state, found));
  found.addEventListener("focus", () => {
    state.cells[state.at[0]]?.[state.at[1]]?.setAttribute("tabindex", "-1");
    state.at = [row, column];
    found.tabIndex = 0;
    tell(state, found);
  });
  found.addEventListener("click", () => state.pick(source.id, target.id));
  found.addEventListener("keydown", (event) => walk(state, event, source, target));
  return found;
}

function walk(state, event, source, target) {
  const step = STEPS[event.key];
  const [row, column] = state.at;
  if (step) state.cells[row + step[0]]?.[column + step[1]]?.focus();
  else if (event.key === "Home") state.cells[row][0].focus();
  else if (event.key === "End") state.cells[row].at(-1).focus();
  else if (event.key === "Enter" || event.key === " ") state.pick(source.id, target.id);
  else return;
  event.preventDefault();
}

function tell(state, cell) {
  state.root.querySelector(".detail").textContent = cell.getAttribute("aria-label");
}

function detail({ data }) {
  const found = element("div", "detail", data.hint);
  found.setAttribute("aria-hidden", "true");
  return found;
}

function legend(entries) {
  const list = element("ul", "key");
  entries.forEach(({ tone, marks, text, words }) => {
    const item = element("li");
    const sample = element("span", ["sample", tone, ...marks].join(" "), text);
    sample.setAttribute("aria-hidden", "true");
    item.append(sample, element("span", "", words));
    list.append(item);
  });
  return list;
}

function element(tag, classes = "", text = "") {
  const found = document.createElement(tag);
  if (classes) found.className = classes;
  if (text) found.textContent = text;
  return found;
}
