"""Makes clusters of any size as manifests: the same ones for the same shape, size and seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from bench.cluster import ROLES, Manifest, Team, Template, kubectl_pod, namespace, pod
from bench.dual import dual_policies, nodes_for, placed
from bench.policies import burner_policies, infrastructure, team_policies
from bench.tiers import admin_policies, calico_tiers

_FEW_NAMESPACES = 32
_BURNER_PODS = 10


class Shape(StrEnum):
    """What a cluster is like.

    `standard`: namespaces of very different sizes, NetworkPolicies as teams write them. `tiers` and `admin` are the
    same with Calico's tiers, network sets and Pass, and with Admin and Baseline policies. `huge`: all pods in 32
    namespaces. `burner`: ten pods and five policies in every namespace, each with ports and addresses of its own.
    `dual`: the standard one on nodes, each pod with an address of both families, and rules that cut both ranges.
    """

    STANDARD = "standard"
    TIERS = "tiers"
    ADMIN = "admin"
    HUGE = "huge"
    BURNER = "burner"
    DUAL = "dual"


def generate(shape: Shape, pods: int, *, seed: int = 0, full: bool = False) -> list[Manifest]:
    """Every object of a cluster, namespaces first.

    There is one policy for 15 pods, in the shape `burner` one for two. With `full`, pods have all the fields that
    `kubectl get pods -o yaml` prints, most of which are of no interest to network policy.
    """
    rng = random.Random(f"{shape} {pods} {seed}")  # noqa: S311 - a load, no secret
    if shape is Shape.BURNER:
        return _burner(rng, pods, full=full)
    found = infrastructure()
    count = _FEW_NAMESPACES if shape is Shape.HUGE else max(2, pods // 15)
    nodes = nodes_for(pods) if shape is Shape.DUAL else 0
    teams = _teams(rng, count, pods - nodes - sum(each["kind"] == "Pod" for each in found))
    found += [namespace(team) for team in teams]
    made = list(_pods(teams))
    made = [kubectl_pod(rng, each) for each in made] if full else made
    found += placed(made, nodes) if shape is Shape.DUAL else made
    extra = {Shape.TIERS: calico_tiers, Shape.ADMIN: admin_policies, Shape.DUAL: dual_policies}.get(shape)
    found += extra(rng, teams) if extra else []
    return found + team_policies(rng, teams, max(3, pods // 15))


def write_json(manifests: Sequence[Manifest], path: Path, *, indent: int | None = 4) -> None:
    """One file with one List, as `kubectl get -o json` prints it; without `indent` in one line, as `jq -c` does."""
    whole = {"apiVersion": "v1", "kind": "List", "items": manifests}
    path.write_text(json.dumps(whole, indent=indent, separators=None if indent else (",", ":")), encoding="utf-8")


def write_yaml(manifests: Sequence[Manifest], path: Path) -> None:
    """One file with one document for each object."""
    import yaml

    class Plain(yaml.CSafeDumper):
        """Writes what occurs twice twice."""

        def ignore_aliases(self, data: object) -> bool:
            """No anchor is worth having here."""
            return True

    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(manifests, file, Dumper=Plain, sort_keys=False, explicit_start=True)


def _teams(rng: random.Random, count: int, pods: int) -> list[Team]:
    """Namespaces that have so many pods together; a few are large, most are small."""
    shares = [rng.lognormvariate(0, 0.9) for _ in range(count)]
    whole = sum(shares)
    units = max(3, round(count**0.5))
    teams: list[Team] = []
    done = 0.0
    placed = 0
    for number, share in enumerate(shares):
        done += share
        upto = pods if number == count - 1 else round(pods * done / whole)
        labels = {"unit": f"unit-{rng.randrange(units)}", "env": rng.choice(("prod", "stage", "dev"))}
        if rng.random() < 0.2:
            labels["restricted"] = "yes"
        name = f"team-{number}"
        teams.append(Team(name, labels, tuple(_templates(rng, number, labels, upto - placed))))
        placed = upto
    return teams


def _templates(rng: random.Random, number: int, inherited: dict[str, str], pods: int) -> Iterator[Template]:
    left = pods
    while left > 0:
        replicas = min(left, 1 + int(rng.expovariate(0.25)))
        left -= replicas
        role = rng.choice(tuple(ROLES))
        app = f"app-{rng.randrange(400)}"
        labels = {"app": app, "role": role, **inherited, "version": rng.choice(("v1", "v2"))}
        if rng.random() < 0.15:
            labels["canary"] = "yes"
        yield Template(f"{app}-{number}-{left}", f"{rng.getrandbits(36):09x}", labels, ROLES[role], replicas)


def _pods(teams: Sequence[Team]) -> Iterator[Manifest]:
    for team in teams:
        for template in team.templates:
            for number in range(template.replicas):
                yield pod(team.name, template, number)


def _burner(rng: random.Random, pods: int, *, full: bool) -> list[Manifest]:
    count = max(6, pods // _BURNER_PODS)
    templates = tuple(
        Template(f"worker-{n}", "5d9c7b", {"app": "load", "number": str(n)}, ROLES["web"][:1], 1)
        for n in range(_BURNER_PODS)
    )
    teams = [Team(f"burner-{n}", {}, templates) for n in range(count)]
    made = list(_pods(teams))
    objects = [namespace(team) for team in teams]
    objects += [kubectl_pod(rng, each) for each in made] if full else made
    return objects + [policy for n in range(count) for policy in burner_policies(n, count)]
