// The map's side of the contract with Streamlit. The painter and vis-network are too large to travel with every change
// of data, so they come once, in a component of their own, and meet this one in the slot.
//
// Streamlit calls the default function again, with the same parent element, for every change of data or theme. It runs
// the clean-up of a call that was overtaken at once, while its view is in use: only an element that has left the page
// takes its view with it.

const views = new WeakMap();
const calls = new WeakMap();

export default async function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".netviz");
  const call = (calls.get(root) ?? 0) + 1;
  calls.set(root, call);
  const View = await slot().renderer;
  const cleanUp = () => setTimeout(() => retire(root), 500);
  if (calls.get(root) !== call || !root.isConnected) return cleanUp;
  if (!views.has(root)) {
    views.set(root, new View(root));
    root.__netviz = views.get(root);
  }
  views.get(root).update(data, (selection) => setStateValue("selection", selection));
  return cleanUp;
}

function retire(root) {
  if (root.isConnected) return;
  views.get(root)?.destroy();
  views.delete(root);
}
