"""The measurements, each in a process of its own: `python -m bench.measure NAME ARGUMENT...` prints one JSON object.

CPU time, not the clock; the garbage collector is off, as it is while netviz reads. Keys end in their unit: `_s`, `_mb`.
"""

from __future__ import annotations

import gc
import json
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import yaml

from bench.generate import Shape, generate, write_json, write_yaml
from netviz.engine import Connection, Evaluation, Evaluator, Grouping, Scenario
from netviz.engine.blocks import Weights, blocks
from netviz.engine.delta import shifts
from netviz.engine.explain import explain
from netviz.engine.outside import outside_groups
from netviz.loading import load, load_files
from netviz.manifests.limits import DEFAULT_LIMITS
from netviz.model.cluster import Cluster
from netviz.model.policy import Direction, PolicySet
from netviz.view.build import build_picture, make_baseline

Figures = dict[str, float]

_LIMITS = replace(DEFAULT_LIMITS, file_size=4_000_000_000, documents=10_000_000, json_nodes=1_000_000_000)
_QUERIES = 20_000
_EXPLAINED = 200
_DRAWN = 10
_STARTS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """The processor time that a call takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def prepare(shape: str, pods: str, target: str) -> Figures:
    """Makes a load, reads it, and keeps what an evaluator takes for the other measurements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.json"
        write_json(generate(Shape(shape), int(pods)), path)
        begin = time.process_time()
        loaded = load([path], limits=_LIMITS)
        seconds = time.process_time() - begin
    if loaded.report.diagnostics:
        raise SystemExit(f"the load is not clean: {loaded.report.diagnostics[0].message}")
    with Path(target).open("wb") as file:
        pickle.dump((loaded.cluster, loaded.policies), file, pickle.HIGHEST_PROTOCOL)
    return {"pods": len(loaded.cluster.pods), "policies": len(loaded.policies.policies), "read_s": seconds}


def engine(prepared: str, toggles: str) -> Figures:
    """One load: all pairs, the same once more as blocks, switches, questions by name."""
    cluster, policies = _objects(prepared)
    found: Figures = {"pods": len(cluster.pods), "policies": len(policies.policies)}
    found["floor_s"] = cpu_seconds(lambda: one_pass(cluster))
    before = _resident()
    _forget_peak()
    begin = time.process_time()
    evaluator = Evaluator(cluster, policies)
    baseline = evaluator.evaluate()
    for direction in Direction:
        baseline.rows.restricted(direction)
    found["evaluate_s"] = time.process_time() - begin
    if before:
        found["memory_mb"] = (_peak() - before) / 1e6
    found["classes"] = len(evaluator.classes.classes)
    weights = pod_weights(evaluator)
    within = evaluator.classes.all & ~evaluator.classes.strangers
    inside = within & ((1 << evaluator.classes.first_outside) - 1)
    begin = time.process_time()
    drawn = list(blocks(baseline, inside, inside))
    found["blocks_s"] = time.process_time() - begin
    found["blocks"] = len(drawn)
    found |= _switches(evaluator, weights, within, int(toggles))
    return found | _questions(baseline)


def namespaces(prepared: str) -> Figures:
    """The matrix by namespace of a load."""
    baseline = _judged(prepared)
    return {
        "namespaces": len(baseline.cluster.namespaces),
        "namespace_matrix_s": cpu_seconds(lambda: baseline.matrix(Grouping.NAMESPACE)),
    }


def views(prepared: str) -> Figures:
    """What a page draws of one namespace of a load after the other."""
    baseline = _judged(prepared)
    rng = random.Random(2)  # noqa: S311 - no secret
    names = rng.sample(sorted({pod.namespace for pod in baseline.cluster.pods}), _DRAWN)
    times = sorted(cpu_seconds(partial(_one_namespace, baseline, name)) for name in names)
    return {"one_namespace_s": times[len(times) // 2]}


def reading(pods: str) -> Figures:
    """From bytes to policies against CSafeLoader alone, in turns, on pods as kubectl prints them."""
    manifests = generate(Shape.STANDARD, int(pods), full=True)
    with tempfile.TemporaryDirectory() as folder:
        write_yaml(manifests, Path(folder) / "load.yaml")
        write_json(manifests, Path(folder) / "load.json")
        as_yaml, as_json = ((Path(folder) / f"load.{kind}").read_bytes() for kind in ("yaml", "json"))
    ways: Mapping[str, Callable[[], object]] = {
        "csafeloader_s": lambda: list(yaml.load_all(as_yaml, yaml.CSafeLoader)),
        "yaml_s": lambda: load_files([("load.yaml", as_yaml)]),
        "json_s": lambda: load_files([("load.json", as_json)]),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(3):
        for name, way in ways.items():
            gc.collect()
            times[name].append(cpu_seconds(way))
    return {"pods": int(pods), "yaml_mb": len(as_yaml) / 1e6} | {name: min(each) for name, each in times.items()}


def start() -> Figures:
    """The command line on ten pods: processor time of the whole process, the best of some."""
    with tempfile.TemporaryDirectory() as folder:
        write_json(generate(Shape.STANDARD, 10), Path(folder) / "load.json")
        return {"help_s": _command("--help"), "list_s": _command("list", folder)}


def browser(pods: str) -> Figures:
    """How long a person waits in a browser; nothing where there is none."""
    from bench.browser import measure

    return measure(int(pods))


def one_pass(cluster: Cluster) -> int:
    """The floor: one pass in plain Python that makes one key for each pod; how many there are."""
    keys: dict[object, list[object]] = {}
    for pod in cluster.pods:
        keys.setdefault((pod.namespace, pod.labels, pod.ports), []).append(pod)
    return len(keys)


def pod_weights(evaluator: Evaluator) -> Weights:
    """How many pods each slot stands for; one for addresses outside."""
    classes = evaluator.classes
    return Weights([len(classes.classes[slot.owner].pods) if slot.owner >= 0 else 1 for slot in classes.slots])


def _objects(prepared: str) -> tuple[Cluster, PolicySet]:
    with Path(prepared).open("rb") as file:
        cluster, policies = pickle.load(file)  # noqa: S301 - written by `prepare` a moment ago
    if not isinstance(cluster, Cluster) or not isinstance(policies, PolicySet):
        raise TypeError(prepared)
    gc.collect()
    gc.freeze()
    return cluster, policies


def _judged(prepared: str) -> Evaluation:
    baseline = Evaluator(*_objects(prepared)).evaluate()
    for direction in Direction:
        baseline.rows.restricted(direction)
    return baseline


def _switches(evaluator: Evaluator, weights: Weights, within: int, most: int) -> Figures:
    """Each policy switched off alone, with the exact pairs that it opens and closes; at most so many policies."""
    ids = [compiled.policy.id for compiled in evaluator.policies]
    chosen = random.Random(1).sample(ids, min(most, len(ids)))  # noqa: S311 - no secret
    baseline = evaluator.evaluate()
    times: list[float] = []
    opened = closed = idle = 0
    for each in chosen:
        begin = time.process_time()
        found = list(shifts(baseline, evaluator.evaluate(Scenario(disabled=frozenset((each,)))), within))
        opened += sum(weights.pairs(shift.sources, shift.targets) for shift in found if shift.opened)
        closed += sum(weights.pairs(shift.sources, shift.targets) for shift in found if shift.closed)
        times.append(time.process_time() - begin)
        idle += not found
    times.sort()
    return {
        "toggles": len(times),
        "toggles_s": sum(times),
        "toggle_p50_s": times[len(times) // 2],
        "toggle_p99_s": times[len(times) * 99 // 100],
        "toggle_max_s": times[-1],
        "opened_pairs": opened,
        "closed_pairs": closed,
        "without_effect": idle,
    }


def _questions(baseline: Evaluation) -> Figures:
    """The mean time of a verdict by name, and of an explanation."""
    pods = baseline.cluster.pods
    by_name = {f"{pod.namespace}/{pod.name}": pod for pod in pods}
    rng = random.Random(3)  # noqa: S311 - no secret
    names = [f"{pod.namespace}/{pod.name}" for pod in rng.choices(pods, k=2 * _QUERIES)]
    pairs = list(zip(names[::2], names[1::2], strict=True))
    connection = Connection(6, 8080)

    def verdicts() -> None:
        for source, target in pairs:
            baseline.verdict(by_name[source], by_name[target], connection)

    def explanations() -> None:
        for source, target in pairs[:_EXPLAINED]:
            explain(baseline, by_name[source], by_name[target], connection)

    return {"verdict_s": cpu_seconds(verdicts) / _QUERIES, "explain_s": cpu_seconds(explanations) / _EXPLAINED}


def _one_namespace(baseline: Evaluation, name: str) -> None:
    outside = outside_groups([baseline.evaluator], [name])
    matrix = baseline.matrix(Grouping.WORKLOAD, [name], outside=outside)
    build_picture(matrix, None, title=name, what_if="", baseline=make_baseline(matrix))


def _command(*arguments: str) -> float:
    found: list[float] = []
    for _ in range(_STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "netviz.cli", *arguments]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def _status(field: str) -> int:
    """A size of this process in bytes, from the kernel; 0 where there is no such file."""
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), 0)


def _resident() -> int:
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _forget_peak() -> None:
    """The peak starts anew: `ru_maxrss` would keep that of unpickling, or even that of the parent process."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5", encoding="ascii")


MEASUREMENTS: Mapping[str, Callable[..., Figures]] = {
    "prepare": prepare,
    "engine": engine,
    "namespaces": namespaces,
    "views": views,
    "reading": reading,
    "start": start,
    "browser": browser,
}


if __name__ == "__main__":
    gc.disable()
    sys.stdout.write(json.dumps(MEASUREMENTS[sys.argv[1]](*sys.argv[2:])))
