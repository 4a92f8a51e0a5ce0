"""Where the selection of another view is on the map."""

from __future__ import annotations

from netviz.ui.state import Subject
from netviz.view.picture import NodeKind, Picture


def spotlight(subject: Subject, picture: Picture) -> dict[str, str] | None:
    """What the renderer lights up for a selection: its arrow, else the card that it starts at, else nothing.

    A workload that is not drawn by itself is looked for in the card of its namespace.
    """
    question = subject.question
    if question is not None:
        source, target = _card(question.source, picture), _card(question.target, picture)
    else:
        source, target = subject.node or subject.source, subject.target
    arrow = next((edge.id for edge in picture.edges if (edge.source, edge.target) == (source, target)), None)
    if arrow is not None:
        return {"type": "edge", "id": arrow}
    return {"type": "node", "id": source} if source in {node.id for node in picture.nodes} else None


def _card(peer: str, picture: Picture) -> str:
    namespace = peer.partition("/")[0] if "/" in peer else ""
    own = [node.id for node in picture.nodes if node.peer == peer]
    gathered = [n.id for n in picture.nodes if namespace and n.kind is NodeKind.NAMESPACE and n.peer == namespace]
    return next(iter(own + gathered), "")
