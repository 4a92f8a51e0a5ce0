// The map's side of the contract with Streamlit. The painter and vis-network are too large to travel with every change
// of data, so they come once, in a component of their own, and meet this one in the slot.
//
// Streamlit calls the default function again, with the same parent element, for every change of data or theme. It runs
// the clean-up of a call that was overtaken at once, while its view is in use: only an element that has left the page
// takes its view with it.

const MEMORIES = 20;
const views = new WeakMap();
const calls = new WeakMap();

export default async function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".netviz");
  const call = (calls.get(root) ?? 0) + 1;
  calls.set(root, call);
  const View = await slot().renderer;
  const cleanUp = () => {
    remember(views.get(root)?.memory());
    setTimeout(() => retire(root), 500);
  };
  if (calls.get(root) !== call || !root.isConnected) return cleanUp;
  if (!views.has(root)) {
    views.set(root, new View(root));
    root.__netviz = views.get(root);
  }
  const view = views.get(root);
  const isFirst = view.payload === null;
  view.update(
    data,
    (selection) => setStateValue("selection", selection),
    data.folds ? (namespace) => setStateValue("collapse", namespace) : null,
  );
  const memory = slot().memories.get(data.identity);
  if (isFirst && memory) view.recall(memory);
  if (isFirst && data.spotlight) view.pick(data.spotlight);
  return cleanUp;
}

/** Another page may show the same map again: it begins where this one ended. Only the last few maps are kept. */
function remember(memory) {
  if (!memory) return;
  const { memories } = slot();
  memories.delete(memory.identity);
  memories.set(memory.identity, memory);
  if (memories.size > MEMORIES) memories.delete(memories.keys().next().value);
}

function retire(root) {
  if (root.isConnected) return;
  views.get(root)?.destroy();
  views.delete(root);
}
