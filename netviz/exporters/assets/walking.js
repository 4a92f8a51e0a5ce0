// What lies around a card or an arrow, where the keyboard goes from it, and how both are said in words.

/** A thing with what stays bright around it: [cards, edges]. */
function surroundings(item) {
  const edges = item.cards ? item.cards.flatMap((card) => card.edges) : (item.edges ?? [item]);
  const ends = edges.flatMap((edge) => [edge.source, edge.target]);
  return [[...(item.cards ?? (item.edges ? [item] : [])), ...ends], edges];
}

/** The nearest card in a direction, seen from a card; the first one in reading order without a card to start from. */
function nextCard(scene, from, right, down) {
  const cards = [...scene.nodes.values()];
  if (!from) return cards.sort((a, b) => a.y - b.y || a.x - b.x)[0] ?? null;
  let [nearest, best] = [Infinity, null];
  for (const card of cards) {
    const [dx, dy] = [card.x - from.x, card.y - from.y];
    const along = dx * right + dy * down;
    if (along <= 1) continue;
    // What is beside the way counts twice: the next card of a row is nearer than one of the row below.
    const distance = along + 2 * Math.abs(dx * down + dy * right);
    if (distance < nearest) [nearest, best] = [distance, card];
  }
  return best;
}

const BADGE_SIDES = { in: "ingress", out: "egress" };

function cardWords(card) {
  const sides = card.badges.map((badge) => `${BADGE_SIDES[badge.side] ?? badge.side} ${badge.state}`);
  const count = `${card.edges.length} ${card.edges.length === 1 ? "arrow" : "arrows"}`;
  return [card.name, card.namespace && `namespace ${card.namespace}`, ...sides, count].filter(Boolean).join(", ");
}

function arrowWords(edge) {
  const words = { same: "", added: "added", removed: "removed", changed: "ports changed" };
  const state = edge.certain ? words[edge.change] : "cannot be decided";
  return [`${edge.source.name} to ${edge.target.name}`, edge.label, state].filter(Boolean).join(", ");
}

/** The first arrows that are drawn differently, with their signs; "" if there are none. */
function arrowNews(before, after) {
  const old = new Map(before.edges.map((edge) => [edge.id, edge.nv]));
  const name = new Map(after.nodes.map((node) => [node.id, node.label]));
  const isNews = ({ id, nv }) => {
    const was = old.get(id);
    return was ? was.change !== nv.change || was.label !== nv.label : nv.change !== "same";
  };
  const news = after.edges.filter(isNews).map(({ from, to, nv }) => {
    const ends = `${name.get(from)} → ${name.get(to)}`;
    return nv.label ? `${ends} ${nv.label}` : `${ends} (${nv.change === "same" ? "as before" : nv.change})`;
  });
  const shown = news.slice(0, 3).join(", ");
  if (!shown) return "";
  return `Different now: ${shown}${news.length > 3 ? ` and ${news.length - 3} more` : ""}.`;
}
