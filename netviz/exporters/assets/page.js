// The exported page: the map, the reasons beside it, the filter of the pairs, the theme. Everything comes from the JSON
// in the page; every text is untrusted and becomes a text node, nothing else.

const VERDICTS = {
  allow: ["✓", "Allowed"],
  deny: ["✗", "Denied"],
  unknown: ["?", "Cannot be decided"],
  mixed: ["±", "Allowed in part"],
};
const NO_ENTRY =
  "This file does not explain that pair: both ends are outside of the cluster, or they stand for too many workloads.";
const STEP_SIGNS = { yes: "✓", no: "✗", unknown: "?", info: "•" };

function openPage() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = {
    data,
    view: new View(document.getElementById("map")),
    answer: document.getElementById("answer"),
    from: document.getElementById("from"),
    to: document.getElementById("to"),
  };
  document.getElementById("map").__netviz = page.view; // for tests, as on the page
  prepareTheme(page);
  prepareQuestion(page);
  prepareFilter();
  prepareRows(page);
  showHint(page);
}

// -------------------------------------------------------------------------------------------------------------- theme

function prepareTheme(page) {
  const button = document.getElementById("theme");
  const wish = globalThis.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null; // until the reader chooses, the page follows the system
  const apply = () => {
    const dark = chosen ?? (page.data.dark || wish.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.textContent = dark ? "Light" : "Dark";
    button.setAttribute("aria-label", dark ? "Use light colours" : "Use dark colours");
    page.view.update(page.data.picture, (selection) => explainSelection(page, selection));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme !== "dark";
    apply();
  });
  wish.addEventListener("change", apply);
  apply();
}

// ----------------------------------------------------------------------------------------------------------- question

function prepareQuestion(page) {
  if (!page.data.peers.length) return;
  const options = () => page.data.peers.map(([name], i) => element("option", { value: i }, name));
  for (const select of [page.from, page.to]) {
    select.append(element("option", { value: "" }, "Choose…"), ...options());
    select.addEventListener("change", () => askAgain(page));
  }
  document.getElementById("ask").hidden = false;
}

function askAgain(page) {
  const [from, to] = [page.from.value, page.to.value];
  if (from === "" || to === "") return;
  const key = `${from}>${to}`;
  const arrow = page.data.picture.edges.find((edge) => page.data.arrows[edge.id] === key);
  page.view.pick(arrow ? { type: "edge", id: arrow.id } : null);
  explainPair(page, key, []);
}

function explainSelection(page, selection) {
  if (selection.type === "edge") explainEdge(page, selection.id);
  else if (selection.type === "node") describeCard(page, selection.id);
  else if (selection.type === "box") describeBox(page, selection.id);
  else showHint(page);
}

function explainEdge(page, id) {
  const edge = page.view.scene.edges.find((each) => each.id === id);
  const key = page.data.arrows[id];
  const many = [edge.source, edge.target].filter((card) => !page.data.peers.some(([, own]) => own === card.id));
  const lines = edge.change === "same" ? [] : edge.tooltip.slice(1).map((line) => quiet(line));
  for (const card of many) lines.push(quiet(`“${card.name}” stands for many: one of them is taken as an example.`));
  if (key) [page.from.value, page.to.value] = key.split(">");
  explainPair(page, key, lines);
}

function explainPair(page, key, lines) {
  const entry = key === undefined ? undefined : page.data.pairs[key];
  if (!entry) {
    const why = page.data.left_out || NO_ENTRY;
    page.answer.replaceChildren(...lines, quiet(why));
    return;
  }
  const [from, to] = key.split(">").map((i) => page.data.peers[i][0]);
  const texts = (numbers) => (numbers ?? []).map((i) => quiet(page.data.texts[i]));
  page.answer.replaceChildren(
    element("p", { class: "ends" }, `${from} → ${to}`),
    badge(entry.verdict),
    element("p", {}, entry.sentence),
    ...lines,
    ...texts(entry.doubts),
    ...texts(entry.notes),
    ...entry.cases.map((each) => caseBlock(page, entry, each)),
  );
}

function caseBlock(page, entry, [sentence, halves]) {
  const block = element("div", { class: "case" });
  if (sentence !== entry.sentence) block.append(element("p", {}, sentence));
  for (const [direction, subject, verdict, steps] of halves) {
    const [sign, words] = VERDICTS[verdict] ?? VERDICTS.unknown;
    const name = `${direction === "egress" ? "Egress" : "Ingress"} of ${page.data.texts[subject]}: ${words.toLowerCase()}`;
    block.append(element("h3", {}, element("span", { class: verdict }, `${sign} `), name));
    block.append(element("ul", {}, ...steps.map((i) => stepLine(page.data.steps[i], page.data.texts))));
  }
  return block;
}

function stepLine([mark, words, origin, place], texts) {
  const line = element("li", {}, `${STEP_SIGNS[mark] ?? "•"} ${texts[words]}`);
  const details = [origin, place].filter(Boolean).join(" · ");
  if (details) line.append(element("span", { class: "place" }, details));
  return line;
}

function badge(verdict) {
  const [sign, words] = VERDICTS[verdict] ?? VERDICTS.unknown;
  return element("p", { class: `verdict ${VERDICTS[verdict] ? verdict : "unknown"}` }, `${sign} ${words}`);
}

// -------------------------------------------------------------------------------------------------------- cards, boxes

function describeCard(page, id) {
  const card = page.view.scene.nodes.get(id);
  const lines = card.tooltip.length ? card.tooltip : [card.name, card.subtitle].filter(Boolean);
  const incoming = card.edges.filter((edge) => edge.target === card);
  const outgoing = card.edges.filter((edge) => edge.source === card);
  page.answer.replaceChildren(
    element("p", { class: "ends" }, lines[0] ?? card.name),
    ...lines.slice(1).map((line) => quiet(line)),
    ...arrowList(page, "Arrows to it", incoming, (edge) => edge.source),
    ...arrowList(page, "Arrows from it", outgoing, (edge) => edge.target),
  );
  const peer = page.data.peers.findIndex(([, own]) => own === id);
  if (peer >= 0) page.from.value = String(peer);
}

function arrowList(page, title, edges, other) {
  if (!edges.length) return [];
  const items = edges.map((edge) => {
    const words = [other(edge).name, edge.label || (edge.certain ? "" : "?")].filter(Boolean).join(" · ");
    const choice = element("button", { type: "button", class: "arrow" }, words);
    choice.addEventListener("click", () => {
      page.view.pick({ type: "edge", id: edge.id });
      explainEdge(page, edge.id);
    });
    return element("li", {}, choice);
  });
  return [element("h3", {}, `${title} (${edges.length})`), element("ul", {}, ...items)];
}

function describeBox(page, id) {
  const box = page.view.scene.boxes.find((each) => each.id === id);
  page.answer.replaceChildren(element("p", { class: "ends" }, box.title), quiet(box.subtitle));
}

function showHint(page) {
  page.answer.replaceChildren(
    quiet("Choose an arrow to see which rules decide, a card to see its arrows, or two ends above."),
    ...(page.data.left_out ? [quiet(page.data.left_out)] : []),
  );
}

function quiet(words) {
  return element("p", { class: "quiet" }, words);
}

// --------------------------------------------------------------------------------------------------------------- rows

/** A button in each row that has an explanation. */
function prepareRows(page) {
  if (!page.data.rows.some(Boolean)) return;
  const rows = document.getElementById("rows").rows;
  rows[0].closest("table").tHead.rows[0].append(element("th", { scope: "col" }, "Why"));
  page.data.rows.forEach((key, i) => {
    const cell = element("td");
    if (key) {
      const ends = [rows[i].cells[0], rows[i].cells[1]].map((end) => end.textContent).join(" to ");
      cell.append(button(`Why: ${ends}`, "Why", () => explainRow(page, key)));
    }
    rows[i].append(cell);
  });
}

function explainRow(page, key) {
  [page.from.value, page.to.value] = key.split(">");
  askAgain(page);
  document.getElementById("why-title").scrollIntoView({ block: "nearest" });
}

// ------------------------------------------------------------------------------------------------------------- filter

function prepareFilter() {
  const filter = document.getElementById("filter");
  const rows = [...document.getElementById("rows").rows];
  const words = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join("\n").toLowerCase());
  const count = document.getElementById("filtered");
  filter.hidden = false;
  filter.addEventListener("input", () => {
    const query = filter.value.trim().toLowerCase();
    rows.forEach((row, i) => {
      row.hidden = !words[i].includes(query);
    });
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = query ? `${shown} of ${rows.length} pairs` : `${rows.length} pairs`;
  });
}

openPage();
