"""The command line: exit codes, options, and the JSON that programs rely on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from netviz.cli import main
from netviz.cli.codes import FAILED, INTERNAL, INTERRUPTED, OK, REFUSED, USAGE
from netviz.engine.evaluator import Evaluator

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
AKS = str(SAMPLES / "aks-frontend-backend")
BASE = str(SAMPLES / "aks-frontend-backend" / "base.yaml")
SHOP = str(SAMPLES / "online-shop")
STEP_2 = "NetworkPolicy/default/deny-all-ingress-to-backend"
STEP_3 = "NetworkPolicy/default/allow-frontend-to-backend"
STEP_4 = "NetworkPolicy/default/restrict-backend-egress"
COMMANDS = ("serve", "list", "diff", "why", "fix", "lint", "impact", "reach", "check", "freeze", "probe", "export")
BACKEND, FRONTEND = "default/backend[Pod]", "default/frontend[Pod]"

PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: db}]}
"""
NAMED_PORT = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: http, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{ports: [{port: http}, {port: 9000, endPort: 9010}, {protocol: UDP}]}]
"""
TIER = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-tier, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {tier: shop}}}], ports: [{port: 5432}]}]
"""
EGRESS = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cidr, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: BLOCK}}]}]
"""
CILIUM = """\
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: p, namespace: data}
spec: {}
"""
ZERO = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: zero, namespace: data}
spec: {podSelector: {}, ingress: [{ports: [{port: 0}]}]}
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.out)

    @property
    def rows(self) -> list[str]:
        """The lines of a text table, with single spaces."""
        return [" ".join(line.split()) for line in self.out.splitlines()[1:]]


Netviz = Callable[..., Answer]


@pytest.fixture
def netviz(capsys: pytest.CaptureFixture[str]) -> Netviz:
    def run(*arguments: str) -> Answer:
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def manifests(tmp_path: Path) -> Callable[..., str]:
    counter: Iterator[int] = iter(range(100))

    def write(*texts: str) -> str:
        path = tmp_path / f"{next(counter)}.yaml"
        path.write_text("".join(texts), encoding="utf-8")
        return str(path)

    return write


class TestExitCodes:
    def test_an_answer_is_0_and_says_nothing_else(self, netviz: Netviz) -> None:
        answer = netviz("list", AKS)
        assert (answer.code, answer.err) == (OK, "")

    def test_a_difference_is_1_only_if_asked_for(self, netviz: Netviz) -> None:
        assert netviz("diff", BASE, AKS).code == OK
        assert netviz("diff", BASE, AKS, "--exit-code").code == FAILED
        assert netviz("diff", AKS, AKS, "--exit-code").code == OK

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["list", "nowhere"], "nowhere: there is no such file or directory"),
            (["serve", "nowhere"], "nowhere: there is no such file or directory"),
            (["list"], "required: PATH"),
            (["guess"], "invalid choice"),
            (["diff", AKS], "two paths"),
            (["diff", AKS, AKS, "--old", AKS], "two paths"),
            (["diff", "--old", AKS], "two paths"),
            (
                ["list", SHOP, "--namespace", "shoop"],
                "--namespace shoop: there is no such namespace in the input; did you mean shop?",
            ),
            (["lint", AKS, "--namespace", "shop"], "--namespace shop: there is no such namespace"),
            (["impact", AKS, "--namespace", "shop"], "--namespace shop: there is no such namespace"),
            (
                ["reach", AKS, "--from", "internet", "--namespace", "shop"],
                "--namespace shop: there is no such namespace",
            ),
            (["diff", AKS, BASE, "--namespace", "shop"], "--namespace shop: there is no such namespace"),
            (
                ["export", AKS, "--format", "md", "--out", "o", "--namespace", "shop"],
                "--namespace shop: there is no such",
            ),
            (["impact", AKS, "--pairs", "-1"], "--pairs -1: a number of pairs is 0 or more"),
            (["fix", AKS, "--from", "a/b", "--to", "c/d", "--by", "namespace"], "invalid choice: 'namespace'"),
            (["list", AKS, "--guess"], "netviz list: unrecognized arguments: --guess"),
            (["list", AKS, "--pod-cidr", "10.0.0.0"], "'10.0.0.0' is not a CIDR block"),
            (["list", AKS, "--by", "node"], "invalid choice: 'node'"),
            (["why", AKS, "--from", "default/frontend", "--to", "default/backend", "--port", "65536"], "65535"),
            (["why", AKS, "--from", "default/frontend", "--to", "default/backend", "--protocol", "TCPP"], "'TCPP'"),
            (
                ["why", AKS, "--from", "default/frontend", "--to", "default/backend", "--format", "csv"],
                "invalid choice: 'csv'",
            ),
            (["why", AKS, "--from", "default/frontend", "--to", "service/default/backend-svc", "--port", "81"], "8080"),
        ],
    )
    def test_wrong_usage_is_2_and_says_why(self, netviz: Netviz, arguments: list[str], said: str) -> None:
        answer = netviz(*arguments)
        assert (answer.code, answer.out) == (USAGE, "")
        assert said in answer.err

    @pytest.mark.parametrize(
        "arguments", [["list"], ["list", AKS, "--guess"], ["guess"], ["list", AKS, "--by", "node"]]
    )
    def test_a_wrong_call_is_answered_in_one_line_that_names_the_help(
        self, netviz: Netviz, arguments: list[str]
    ) -> None:
        answer = netviz(*arguments)
        assert answer.err.count("\n") == 1
        assert answer.err.endswith(" --help` tells what there is\n")

    @pytest.mark.parametrize(
        ("command", "option"),
        [
            (["why", AKS, "--from", "default/frontend", "--to", "default/backend"], "--namespace"),
            (["lint", AKS], "--by"),
        ],
    )
    def test_an_option_that_changes_nothing_is_noted_and_not_offered(
        self, netviz: Netviz, command: list[str], option: str
    ) -> None:
        value = {"--by": "pod", "--namespace": "default"}[option]
        plain, noted = netviz(*command), netviz(*command, option, value)
        assert (noted.code, noted.out) == (plain.code, plain.out)
        assert noted.err == f"note: {option} changes nothing in the answer of netviz {command[0]}\n"
        assert option not in netviz(command[0], "--help").out

    def test_an_unknown_end_is_2_with_the_nearest_names(self, netviz: Netviz) -> None:
        answer = netviz("why", AKS, "--from", "default/frontent", "--to", "default/backend")
        assert (answer.code, answer.out) == (USAGE, "")
        assert "did you mean default/frontend" in answer.err

    def test_refused_input_is_3_and_the_rest_is_answered(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("list", manifests(PODS, ZERO), "--format", "json")
        assert answer.code == REFUSED
        assert answer.json["complete"] is False
        assert any(c["dst"] == "shop/web[Deployment]" and c.get("all") for c in answer.json["connections"])

    def test_refused_input_wins_over_a_difference(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        refused, other = manifests(PODS, ZERO), manifests(PODS)
        assert netviz("diff", refused, other, "--exit-code").code == REFUSED

    def test_a_question_that_makes_no_sense_wins_over_refused_input(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        assert netviz("list", manifests(PODS, ZERO), "--disable", "nothing").code == USAGE

    def test_an_internal_error_is_70_without_a_traceback(self, netviz: Netviz, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("secret")

        monkeypatch.setattr(Evaluator, "evaluate", broken)
        answer = netviz("list", AKS)
        assert (answer.code, answer.out) == (INTERNAL, "")
        assert re.fullmatch(r"netviz: internal error [0-9a-f]{8} \(ZeroDivisionError\); .*--debug.*\n", answer.err)
        with pytest.raises(ZeroDivisionError):
            netviz("list", AKS, "--debug")

    def test_ctrl_c_ends_it_without_a_traceback(self, netviz: Netviz, monkeypatch: pytest.MonkeyPatch) -> None:
        def stopped(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Evaluator, "evaluate", stopped)
        assert netviz("list", AKS) == (INTERRUPTED, "", "")

    @pytest.mark.parametrize("paths", [[BASE], [SHOP, "--by", "pod"]], ids=["less than a buffer", "more"])
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_a_reader_that_goes_away_is_no_error(self, tmp_path: Path, paths: list[str], form: str) -> None:
        errors = tmp_path / "errors"
        with errors.open("wb") as stderr:
            listing = subprocess.Popen(
                [sys.executable, "-m", "netviz.cli", "list", *paths, "--format", form],
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
            assert listing.stdout is not None
            listing.stdout.close()
            assert listing.wait(timeout=60) == OK
        assert errors.read_bytes() == b""


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_shows_an_example_that_is_a_command(self, netviz: Netviz, command: str) -> None:
        answer = netviz(command, "--help")
        assert answer.code == OK
        assert f"example: netviz {command} " in " ".join(answer.out.split())

    def test_the_program_shows_its_commands_an_example_and_its_version(self, netviz: Netviz) -> None:
        answer = netviz("--help")
        assert all(f"\n    {command} " in answer.out for command in COMMANDS)
        assert "example: netviz list" in answer.out
        assert re.fullmatch(r"netviz \d+\.\d+\.\d+\S*\n", netviz("--version").out)


class TestList:
    def test_the_json_has_exactly_these_parts(self, netviz: Netviz) -> None:
        answer = netviz("list", AKS, "--format", "json").json
        assert answer.keys() == {
            "schema",
            "by",
            "complete",
            "exact",
            "peers",
            "connections",
            "unknown",
            "diagnostics",
            "unsupported",
            "assumptions",
        }
        assert (answer["schema"], answer["by"], answer["complete"], answer["exact"]) == (
            "netviz.list/1",
            "workload",
            True,
            True,
        )

    def test_a_workload_is_a_peer_with_owner_members_ports_and_isolation(self, netviz: Netviz) -> None:
        peers = {peer["id"]: peer for peer in netviz("list", AKS, "--format", "json").json["peers"]}
        assert peers[BACKEND] == {
            "id": BACKEND,
            "type": "workload",
            "namespace": "default",
            "name": "backend",
            "kind": "Pod",
            "owners": [],
            "members": ["backend"],
            "ports": [{"name": None, "protocol": "TCP", "port": 8080}],
            "isolated": {"ingress": True, "egress": True},
        }
        assert peers[FRONTEND]["isolated"] == {"ingress": False, "egress": False}

    def test_addresses_outside_are_inclusive_ranges_that_partition_the_space(self, netviz: Netviz) -> None:
        answer = netviz("list", AKS, "--format", "json").json
        outside = [peer for peer in answer["peers"] if peer["type"] == "addresses"]
        v4 = sorted(
            (tuple(map(int, low.split("."))), tuple(map(int, high.split("."))))
            for peer in outside
            for low, high in peer["ranges"]
            if "." in low
        )
        assert (v4[0][0], v4[-1][1]) == ((0, 0, 0, 0), (255, 255, 255, 255))
        numbers = [(int.from_bytes(bytes(low)), int.from_bytes(bytes(high))) for low, high in v4]
        assert all(high + 1 == low for (_, high), (low, _) in pairwise(numbers))

    def test_every_end_is_a_peer_and_no_pair_is_told_twice(self, netviz: Netviz) -> None:
        answer = netviz("list", SHOP, "--format", "json").json
        ids = [peer["id"] for peer in answer["peers"]]
        pairs = [(c["src"], c["dst"]) for c in answer["connections"]]
        assert len(set(ids)) == len(ids)
        assert {end for pair in pairs for end in pair} <= set(ids)
        assert len(set(pairs)) == len(pairs)
        assert all(source != target for source, target in pairs)
        assert [peer["type"] for peer in answer["peers"]].count("ingress-controller") == 1

    def test_named_ports_and_ranges_are_resolved_to_inclusive_ranges(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        answer = netviz("list", manifests(PODS, NAMED_PORT), "--format", "json").json
        pair = ("data/db[Pod]", "shop/web[Deployment]")
        (found,) = [c for c in answer["connections"] if (c["src"], c["dst"]) == pair]
        assert found["allow"] == [{"protocol": "TCP", "ports": [[8080, 8080], [9000, 9010]]}, {"protocol": "UDP"}]

    def test_unknown_is_disjoint_from_allowed_and_says_why(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("list", manifests(PODS, TIER), "--format", "json").json
        assert answer["exact"] is False
        (unknown,) = answer["unknown"]
        assert (unknown["src"], unknown["dst"]) == ("shop/web[Deployment]", "data/db[Pod]")
        assert unknown["allow"] == [{"protocol": "TCP", "ports": [[5432, 5432]]}]
        (because,) = unknown["because"]
        assert because["policy"] == "NetworkPolicy/data/by-tier"
        assert because["reason"] == "the labels of namespace shop are not in the input"
        allowed = {(c["src"], c["dst"]) for c in answer["connections"]}
        assert ("shop/web[Deployment]", "data/db[Pod]") not in allowed

    def test_an_assumption_is_stated_only_where_the_answer_rests_on_it(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        assert "assumptions" not in netviz("list", manifests(PODS), "--format", "json").json
        cut = manifests(PODS, EGRESS.replace("BLOCK", "10.0.0.0/8"))
        assert netviz("list", cut, "--format", "json").json["assumptions"] == ["pod addresses lie in 10.244.0.0/16"]

    def test_diagnostics_are_objects_with_their_place(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(PODS, ZERO)
        answer = netviz("list", path, "--format", "json")
        (found,) = [d for d in answer.json["diagnostics"] if d["severity"] == "error"]
        assert found == {
            "severity": "error",
            "code": "invalid-value",
            "file": path,
            "document": 3,
            "line": 19,
            "path": "spec.ingress[0].ports[0].port",
            "value": "0",
            "message": "must be between 1 and 65535, inclusive",
            "hint": None,
        }
        assert f"error: {path}:19 (document 3) spec.ingress[0].ports[0].port: Invalid value: 0: must be" in answer.err

    def test_by_pod_and_by_namespace(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(PODS, NAMED_PORT)
        by_pod = netviz("list", path, "--by", "pod", "--format", "json").json
        assert by_pod["by"] == "pod"
        assert {(p["name"], p["kind"]) for p in by_pod["peers"] if p["type"] == "workload"} == {
            ("web", "Deployment"),
            ("db", "Pod"),
        }
        by_namespace = netviz("list", path, "--by", "namespace")
        assert "data shop all UDP; TCP 8080, 9000-9010" in by_namespace.rows
        assert not any("web" in row for row in by_namespace.rows)

    def test_namespace_keeps_the_connections_that_touch_it(self, netviz: Netviz) -> None:
        rows = netviz("list", SHOP, "--namespace", "data").rows
        assert rows
        assert all("data/" in row for row in rows)
        both = netviz("list", SHOP, "--namespace", "data", "--namespace", "shop").rows
        assert set(rows) < set(both)

    def test_standard_input_is_a_path(self, netviz: Netviz, monkeypatch: pytest.MonkeyPatch) -> None:
        class Piped:
            buffer = io.BytesIO(Path(BASE).read_bytes())

        monkeypatch.setattr("sys.stdin", Piped())
        answer = netviz("list", "-")
        assert answer.code == OK
        assert "default/frontend default/backend any port" in answer.rows

    def test_pod_cidr_decides_whether_a_block_holds_the_pods(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        path = manifests(PODS, EGRESS.replace("BLOCK", "10.50.0.0/16"))
        assert "data/db shop/web any port" not in netviz("list", path).rows
        assert "data/db shop/web any port" in netviz("list", path, "--pod-cidr", "10.50.7.0/24").rows
        unsure = netviz("list", path, "--pod-cidr", "10.0.0.0/8", "--format", "json").json
        assert ("data/db[Pod]", "shop/web[Deployment]") in {(u["src"], u["dst"]) for u in unsure["unknown"]}

    def test_ip_blocks_may_mean_the_outside_only(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(PODS, EGRESS.replace("BLOCK", "0.0.0.0/0"))
        assert "data/db shop/web any port" in netviz("list", path).rows
        outside = netviz("list", path, "--ip-blocks", "external").rows
        assert "data/db shop/web any port" not in outside
        assert "data/db 0.0.0.0/0 any port" in outside

    def test_strict_refuses_what_newer_api_servers_refuse(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(PODS, EGRESS.replace("BLOCK", "10.1.2.3/8"))
        lenient, strict = netviz("list", path), netviz("list", path, "--strict")
        assert (lenient.code, strict.code) == (OK, REFUSED)
        text = "spec.egress[0].to[0].ipBlock.cidr:"
        assert re.search(rf"^warning: .*{re.escape(text)}.*read as 10\.0\.0\.0/8$", lenient.err, re.MULTILINE)
        assert re.search(rf"^error: .*{re.escape(text)} Invalid value: 10\.1\.2\.3/8", strict.err, re.MULTILINE)


class TestForms:
    def test_text_is_a_table_with_aligned_columns(self, netviz: Netviz) -> None:
        lines = netviz("list", AKS, "--namespace", "default").out.splitlines()
        column = lines[0].index("allowed")
        assert lines[0].split() == ["from", "to", "allowed", "unknown"]
        assert all(line[column - 2 : column].isspace() and line[column] != " " for line in lines)

    def test_text_without_rows_is_a_sentence(self, netviz: Netviz) -> None:
        assert netviz("diff", AKS, AKS).out == "nothing differs\n"
        assert netviz("diff", AKS, AKS, "--format", "csv").out.startswith("change,from,to")

    def test_an_input_without_anything_that_connects_is_noted(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        answer = netviz("list", manifests("---\n# nothing\n"))
        assert (answer.code, answer.out) == (OK, "no connection is allowed\n")
        assert answer.err == "note: the input holds no pod, workload or host endpoint that could connect to anything\n"

    def test_csv_can_be_read_back(self, netviz: Netviz) -> None:
        rows = list(csv.DictReader(io.StringIO(netviz("list", SHOP, "--format", "csv").out)))
        assert {"from": "shop/checkout", "to": "shop/basket", "allowed": "TCP 8080", "unknown": ""} in rows

    def test_markdown_is_a_table(self, netviz: Netviz) -> None:
        head, rule, *rows = netviz("diff", BASE, AKS, "--format", "md").out.splitlines()
        assert head == "| change | from | to | before | after | caused by |"
        assert set(rule) == set("| -")
        assert all(row.startswith("| ") and row.endswith(" |") for row in rows)


class TestDisable:
    def test_an_id_is_taken(self, netviz: Netviz) -> None:
        assert "default/frontend default/backend TCP 8080" in netviz("list", AKS).rows
        rows = netviz("list", AKS, "--disable", STEP_3).rows
        assert not any(row.startswith("default/frontend default/backend ") for row in rows)

    def test_it_may_be_repeated(self, netviz: Netviz) -> None:
        rows = netviz("list", AKS, "--disable", STEP_2, "--disable", STEP_3, "--disable", STEP_4).rows
        assert "default/backend default/frontend any port" in rows
        assert "default/frontend default/backend any port" in rows

    def test_the_kind_may_be_left_out(self, netviz: Netviz) -> None:
        short = netviz("list", AKS, "--disable", "default/allow-frontend-to-backend")
        assert short.out == netviz("list", AKS, "--disable", STEP_3).out

    def test_the_prefix_of_a_kind_may_be_left_out_unless_two_policies_are_meant(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        path = manifests(PODS, CILIUM)
        ids = re.findall(r"\S*CiliumNetworkPolicy/data/p", netviz("list", path, "--disable", "nothing").err)
        assert len(ids) == 1
        assert netviz("list", path, "--disable", "CiliumNetworkPolicy/data/p").code == OK
        assert netviz("list", path, "--disable", "data/p").code == OK
        twin = manifests(PODS, CILIUM, TIER.replace("by-tier", "p"))
        answer = netviz("list", twin, "--disable", "data/p")
        assert (answer.code, answer.out) == (USAGE, "")
        assert "several policies are called so" in answer.err
        assert "NetworkPolicy/data/p, " in answer.err

    def test_a_part_of_a_name_is_no_name(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(PODS, TIER.replace("by-tier", "by.tier"))
        assert netviz("list", path, "--disable", "tier").code == USAGE
        assert netviz("list", path, "--disable", "NetworkPolicy/data/by.tier").code == OK

    def test_an_unknown_policy_is_answered_with_those_that_may_be_meant(self, netviz: Netviz) -> None:
        answer = netviz("list", AKS, "--disable", "NetworkPolicy/default/alow-frontend-to-backend")
        assert (answer.code, answer.out) == (USAGE, "")
        assert f"did you mean {STEP_3}" in answer.err
        assert (
            "did you mean NetworkPolicy/default/deny-all-ingress-to-backend?"
            in netviz("list", AKS, "--disable", "deny-all").err
        )
        assert "there is no policy in the input" in netviz("list", BASE, "--disable", "x").err

    def test_in_a_difference_one_side_having_it_is_enough(self, netviz: Netviz) -> None:
        rows = netviz("diff", BASE, AKS, "--disable", STEP_4).rows
        causes = f"policy {STEP_3} added together with policy {STEP_2} added"
        assert f"changed default/frontend default/backend any port TCP 8080 {causes}" in rows
        assert not any(row.split()[1] == "default/backend" for row in rows)
        assert netviz("diff", BASE, BASE, "--disable", STEP_4).code == USAGE


class TestScenario:
    HEAD = "netviz: scenario/1\n"

    def test_a_saved_scenario_is_the_what_if(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        file = manifests(f"{self.HEAD}disabled: [{STEP_3}]\n")
        for command in (["list", AKS], ["diff", BASE, AKS]):
            saved = netviz(*command, "--scenario", file)
            assert saved.code == OK
            assert saved.out == netviz(*command, "--disable", STEP_3).out

    def test_why_takes_it_as_well(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        file = manifests(f"{self.HEAD}disabled: [{STEP_3}]\n")
        answer = netviz("why", AKS, "--from", "default/frontend", "--to", "default/backend", "--scenario", file)
        assert answer.out.startswith("DENY")

    def test_its_drafts_are_policies(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut, namespace: default}\n"
        text = "".join(f"      {line}\n" for line in (policy + "spec: {podSelector: {}}\n").splitlines())
        file = manifests(f"{self.HEAD}drafts:\n  - name: shut\n    text: |\n{text}")
        rows = netviz("list", BASE, "--scenario", file).rows
        assert rows
        assert not [row for row in rows if row.split()[1].startswith("default/")]

    def test_a_wrong_draft_is_told_and_nothing_answered(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("list", BASE, "--scenario", manifests(self.HEAD + "drafts: [{name: shut, text: nonsense}]\n"))
        assert (answer.code, answer.out) == (USAGE, "")
        assert "draft shut" in answer.err

    def test_an_unknown_policy_is_told_with_its_line(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("list", AKS, "--scenario", manifests(f"{self.HEAD}disabled:\n  - {STEP_3}s\n"))
        assert (answer.code, answer.out) == (USAGE, "")
        assert f":3: there is no policy {STEP_3}s in the input; did you mean {STEP_3}" in answer.err

    def test_assumptions_hold_where_the_command_line_says_nothing(
        self, netviz: Netviz, manifests: Callable[..., str]
    ) -> None:
        file = manifests(self.HEAD + "assumptions: {cni: cilium, cniVersion: '1.16'}\n")
        assert netviz("list", AKS, "--format", "json", "--scenario", file).json["cni"].startswith("cilium")
        given = netviz("list", AKS, "--format", "json", "--scenario", file, "--cni", "calico").json
        assert given["cni"].startswith("calico")

    def test_what_is_no_regular_file_is_called_so(self, netviz: Netviz) -> None:
        answer = netviz("list", AKS, "--scenario", os.devnull)
        assert answer.code == USAGE
        assert f"--scenario {os.devnull}: it is no regular file" in answer.err

    def test_another_input_is_noted(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("list", AKS, "--scenario", manifests(self.HEAD + "input: sha256:00000000\n"))
        assert answer.code == OK
        assert "made for another input" in answer.err

    @pytest.mark.parametrize("text", ["kind: Pod\n", "netviz: scenario/1\nview: {by: planet}\n"])
    def test_what_is_no_scenario_is_wrong_usage(self, netviz: Netviz, manifests: Callable[..., str], text: str) -> None:
        assert netviz("list", AKS, "--scenario", manifests(text)).code == USAGE
        assert netviz("list", AKS, "--scenario", "nowhere.yaml").code == USAGE


class TestDiff:
    def test_the_json_has_exactly_these_parts(self, netviz: Netviz) -> None:
        answer = netviz("diff", BASE, AKS, "--format", "json").json
        assert answer.keys() == {
            "schema",
            "complete",
            "exact",
            "peers",
            "changes",
            "unknown",
            "diagnostics",
            "unsupported",
            "assumptions",
        }
        assert answer["schema"] == "netviz.diff/1"
        ids = {peer["id"] for peer in answer["peers"]}
        assert all({change["src"], change["dst"]} <= ids for change in answer["changes"])

    def test_a_change_is_changed_added_or_removed(self, netviz: Netviz) -> None:
        def changes(old: str, new: str) -> dict[tuple[str, str], Any]:
            found = netviz("diff", old, new, "--format", "json").json["changes"]
            return {(c["src"], c["dst"]): (c["change"], c["old"], c["new"]) for c in found}

        tcp = {"allow": [{"protocol": "TCP", "ports": [[8080, 8080]]}]}
        forward, backward = changes(BASE, AKS), changes(AKS, BASE)
        assert forward[FRONTEND, BACKEND] == ("changed", {"all": True}, tcp)
        assert forward[BACKEND, FRONTEND] == ("removed", {"all": True}, None)
        assert backward[FRONTEND, BACKEND] == ("changed", tcp, {"all": True})
        assert backward[BACKEND, FRONTEND] == ("added", None, {"all": True})
        assert changes(AKS, AKS) == {}

    def test_every_change_says_what_caused_it(self, netviz: Netviz) -> None:
        found = netviz("diff", BASE, AKS, "--format", "json").json["changes"]
        (change,) = [c for c in found if (c["src"], c["dst"]) == (BACKEND, FRONTEND)]
        (cause,) = change["causes"]
        assert cause.pop("line") > 0
        assert cause.pop("file").startswith(AKS)
        assert cause == {"kind": "policy", "name": STEP_4, "change": "added", "detail": "", "alone": True}

    def test_sides_may_have_several_paths(self, netviz: Netviz) -> None:
        steps = [str(path) for path in sorted(Path(AKS).glob("step-*.yaml"))]
        answer = netviz("diff", "--old", BASE, *steps[:1], "--new", BASE, *steps[:2])
        assert answer.rows == [f"added default/frontend default/backend denied TCP 8080 policy {STEP_3} added"]

    def test_what_is_unknown_on_a_side_is_told(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        answer = netviz("diff", manifests(PODS), manifests(PODS, TIER), "--format", "json").json
        assert answer["exact"] is False
        (unknown,) = [u for u in answer["unknown"] if u["src"] == "shop/web[Deployment]"]
        assert (unknown["old"], unknown["new"]) == (
            None,
            {"allow": [{"protocol": "TCP", "ports": [[5432, 5432]]}]},
        )

    def test_a_namespace_restricts_it(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        old, new = manifests(PODS), manifests(PODS, NAMED_PORT)
        assert netviz("diff", old, new, "--namespace", "shop").rows
        rows = netviz("diff", old, new, "--namespace", "data").rows
        assert rows
        assert all("data/db" in row for row in rows)


class TestWhy:
    ASK = ("why", AKS, "--from", "default/frontend", "--to", "default/backend")

    def test_the_json_names_the_rule_with_its_place(self, netviz: Netviz) -> None:
        answer = netviz(*self.ASK, "--port", "8080", "--format", "json").json
        assert (answer["schema"], answer["verdict"], answer["complete"]) == ("netviz.why/1", "allow", True)
        assert (answer["from"], answer["to"], answer["protocol"], answer["port"]) == (FRONTEND, BACKEND, "TCP", 8080)
        assert answer["egress"]["verdict"] == answer["ingress"]["verdict"] == "allow"
        (step,) = [step for step in answer["ingress"]["steps"] if step.get("action") == "allow"]
        assert (step["policy"], step["rule"]) == (STEP_3, "spec.ingress[0]")
        line = Path(step["file"]).read_text(encoding="utf-8").splitlines()[step["line"] - 1]
        assert line.strip() == "- podSelector:"
        assert answer["backends"] == []

    def test_a_service_is_resolved_to_the_port_behind_it(self, netviz: Netviz) -> None:
        answer = netviz("why", SHOP, "--from", "storefront/web", "--to", "service/shop/basket", "--format", "json").json
        assert (answer["to"], answer["via"], answer["verdict"]) == ("service/shop/basket", "shop/basket:80", "allow")
        assert answer["port"] == 8080
        assert answer["ingress"]["verdict"] == "allow"

    def test_without_a_port_sets_are_answered_that_cover_everything_once(self, netviz: Netviz) -> None:
        answer = netviz(*self.ASK, "--format", "json").json
        assert answer["verdict"] == "mixed"
        assert answer["allowed"] == {"allow": [{"protocol": "TCP", "ports": [[8080, 8080]]}]}
        (denied,) = [entry for entry in answer["denied"]["allow"] if entry["protocol"] == "TCP"]
        assert denied["ports"] == [[1, 8079], [8081, 65535]]
        assert answer["unknown"] == {"allow": []}
        assert answer["example"] == {"protocol": "TCP", "port": 8080}
        assert "port" not in answer

    def test_unknown_says_because(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        ends = ("--from", "shop/web", "--to", "data/db", "--port", "5432")
        answer = netviz("why", manifests(PODS, TIER), *ends, "--format", "json").json
        assert answer["verdict"] == "unknown"
        assert answer["because"][0]["policy"] == "NetworkPolicy/data/by-tier"

    def test_what_has_the_same_name_is_told(self, netviz: Netviz) -> None:
        ends = ("--from", "shop/checkout", "--to", "shop/basket", "--port", "8080")
        assert netviz("why", SHOP, *ends, "--format", "json").json["alternatives"] == [
            "service/shop/checkout",
            "service/shop/basket",
        ]
        assert "note: service/shop/basket has the same name" in netviz("why", SHOP, *ends).out

    def test_the_text_has_both_halves_and_places(self, netviz: Netviz) -> None:
        answer = netviz(*self.ASK, "--port", "8081")
        lines = answer.out.splitlines()
        assert lines[0].startswith("DENY  default/frontend may not open TCP 8081 to default/backend")
        assert "  egress of default/frontend: allow" in lines
        assert "  ingress of default/backend: deny" in lines
        assert any(re.search(r"\[.*step-3-.*\.yaml:\d+\]$", line) for line in lines)

    def test_a_what_if_is_explained(self, netviz: Netviz) -> None:
        assert netviz(*self.ASK, "--port", "8080", "--disable", STEP_3).out.startswith("DENY")


HOSTILE = """\
apiVersion: v1
kind: Pod
metadata:
  name: db
  namespace: data
  labels: {app: "LABEL"}
spec:
  containers: []
"""


class TestUntrustedText:
    """Names are validated when they are read; what arrives all the same is escaped for each form."""

    def test_a_hostile_name_never_becomes_a_peer(self, netviz: Netviz, manifests: Callable[..., str]) -> None:
        path = manifests(HOSTILE.replace("name: db", "name: \"=cmd|' /C calc'!A1\""), "---\n", PODS)
        for form in ("csv", "md", "text"):
            answer = netviz("list", path, "--format", form)
            assert answer.code == REFUSED
            assert "calc" not in answer.out

    def test_control_characters_of_a_file_name_are_visible(self, netviz: Netviz, tmp_path: Path) -> None:
        path = tmp_path / "a\x1b[31m\u202e.yaml"
        path.write_text(ZERO)
        answer = netviz("list", str(path))
        assert answer.code == REFUSED
        assert "\x1b" not in answer.err
        assert "\u202e" not in answer.err
