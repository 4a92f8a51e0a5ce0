"""Two inputs, pod by pod: what a comparison says of two parts of workloads is what each of their pods may do."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.causes import find_causes
from netviz.analysis.compare import compare
from netviz.engine import Connection, Evaluation, Evaluator, Grouping, Options, Verdict
from netviz.engine.vocabulary import vocabulary_of
from netviz.loading import Loaded, load_files
from netviz.sets.connections import TCP, ConnectionSet
from netviz.sets.intervals import IntervalSet

CONNECTION = Connection(TCP, 80)
WANTED = ConnectionSet.of(TCP, IntervalSet.single(80))
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}-{number}
  namespace: a
  labels: {{app: {name}, track: {track}}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {name}, uid: u, controller: true}}]
spec: {{hostNetwork: {host}, containers: [{{name: c, image: i}}]}}
---
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{number}, namespace: a}}
spec:
  podSelector: {{matchLabels: {subject}}}
  policyTypes: [{direction}]
  {key}: {rules}
---
"""
PODS = tuple(product(("web", "db"), range(3)))
LABELS = ("{app: web}", "{app: db}", "{track: red}", "{track: blue}", "{}")

tracks = st.tuples(*(st.sampled_from(("red", "red", "blue", "host")) for _ in PODS))
"""For each pod its label; one on the network of its node has none that counts."""

rules = st.tuples(st.sampled_from(LABELS), st.sampled_from(("Ingress", "Egress")), st.none() | st.sampled_from(LABELS))


def text(pods: tuple[str, ...], policies: list[tuple[str, str, str | None]]) -> str:
    parts = [
        POD.format(name=name, number=number, track=track, host=str(track == "host").lower())
        for (name, number), track in zip(PODS, pods, strict=True)
    ]
    for number, (subject, direction, peer) in enumerate(policies):
        end = "from" if direction == "Ingress" else "to"
        allowed = "[]" if peer is None else f"[{{{end}: [{{podSelector: {{matchLabels: {peer}}}}}]}}]"
        parts.append(
            POLICY.format(number=number, subject=subject, direction=direction, key=direction.lower(), rules=allowed)
        )
    return "".join(parts)


inputs = st.builds(
    lambda pods, policies: load_files([("a.yaml", text(pods, policies).encode())]), tracks, st.lists(rules, max_size=3)
)


def evaluated(loaded: Loaded, other: Loaded) -> Evaluation:
    words = vocabulary_of(loaded.policies) | vocabulary_of(other.policies)
    return Evaluator(loaded.cluster, loaded.policies, Options(), words).evaluate()


@given(inputs, inputs)
def test_a_cell_is_what_each_pod_of_its_ends_may_do(old: Loaded, new: Loaded) -> None:
    sides = evaluated(old, new), evaluated(new, old)
    found = compare(*(side.matrix(Grouping.WORKLOAD) for side in sides))
    members = {peer.id: peer.members for peer in found.peers if peer.members}
    listed = {(change.source, change.target): (change.before, change.after) for change in found.changes}
    assert sorted(name for names in members.values() for name in names) == sorted(f"{n}-{i}" for n, i in PODS)
    for source, target in product(members, members):
        if source == target:
            continue
        cells = listed.get((source, target))
        for here, there in product(members[source], members[target]):
            ends = [(side.cluster.pod("a", here), side.cluster.pod("a", there)) for side in sides]
            verdicts = [side.verdict(*pair, CONNECTION) for side, pair in zip(sides, ends, strict=True)]
            if cells is None:
                assert verdicts[0] is verdicts[1]
                continue
            for verdict, cell in zip(verdicts, cells, strict=True):
                known = (
                    Verdict.ALLOW
                    if cell.allow >= WANTED
                    else Verdict.UNKNOWN
                    if cell.unknown >= WANTED
                    else Verdict.DENY
                )
                assert verdict is known


@given(inputs, inputs)
def test_every_change_of_a_part_of_a_workload_has_a_cause(old: Loaded, new: Loaded) -> None:
    before, after = evaluated(old, new), evaluated(new, old)
    found = compare(before.matrix(Grouping.WORKLOAD), after.matrix(Grouping.WORKLOAD))
    assert all(find_causes(before, after, found, Grouping.WORKLOAD))
