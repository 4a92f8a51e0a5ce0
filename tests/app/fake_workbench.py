"""A bench with made-up answers: pages are tested without the engine, and with names that no loader would let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from netviz.errors import Diagnostic, Severity, UsageError
from netviz.exporters.probe_script import AddressPlace, PodPlace, Probe
from netviz.sets.connections import ALL_CONNECTIONS
from netviz.view.picture import Badge, Box, Change, Counts, Edge, Node, NodeKind, Picture
from netviz.workbench import (
    BASELINE,
    Assumptions,
    BoardCard,
    CardFacts,
    CauseLine,
    ChangeLine,
    Checked,
    CheckedLine,
    CheckQuestion,
    ChokeLine,
    DocumentLine,
    Draft,
    EffectLine,
    EndpointChoice,
    ExposureLine,
    Exposures,
    Fidelity,
    FidelityLine,
    FindingLine,
    Findings,
    FindingsQuestion,
    FixAnswer,
    FixEdit,
    FixLine,
    FixQuestion,
    FoundCard,
    FoundCards,
    Grid,
    GridCell,
    GridLine,
    GridQuestion,
    Half,
    HopLine,
    ImpactLine,
    ImpactPair,
    ImpactPairs,
    ImpactTable,
    InputFile,
    IntentLine,
    LabelChoice,
    LoadSummary,
    Observed,
    ObservedLine,
    PackedFile,
    PackQuestion,
    PictureAnswer,
    PictureQuestion,
    PluginVerdict,
    PolicyCard,
    ProbeQuestion,
    ProbeScript,
    ProofAnswer,
    ReachAnswer,
    ReachedLine,
    ReachQuestion,
    SelectedDirection,
    SelectedWorkload,
    Selecting,
    SelectingPolicy,
    Step,
    Table,
    TableQuestion,
    TableRow,
    TierColumn,
    Way,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
)
from netviz.workbench.probing import Probes

ASSUMED = Assumptions()
HOSTILE = "[x](http://evil.example/a) ![i](http://evil.example/b) :material/home: :red[r] <img src=x onerror=alert(1)>"

DENY_ALL = "NetworkPolicy/shop/deny-all"
PLACES = {"a": (0.0, 0.0), "b": (400.0, 140.0), "c": (800.0, 0.0)}


def card(name: str, line: int, **changes: object) -> PolicyCard:
    """A policy of the fake input."""
    plain = PolicyCard(
        id=f"NetworkPolicy/shop/{name}",
        kind="NetworkPolicy",
        namespace="shop",
        name=name,
        tier="default",
        file="policies.yaml",
        line=line,
        directions=("ingress",),
        selects=1,
        state="enforced",
        problem="",
        text=f"kind: NetworkPolicy\nmetadata:\n  name: {name}\n",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class FakeWorkbench:
    """Workloads a, b, c; policies `deny-all` (takes a -> b) and `allow-web` (gives a -> c), one refused, one staged."""

    files: tuple[InputFile, ...]
    assumptions: Assumptions = ASSUMED

    @classmethod
    def load(cls, files: Sequence[InputFile], assumptions: Assumptions = ASSUMED) -> FakeWorkbench:
        if any(b"explode" in file.data for file in files):
            raise RuntimeError("secret inner text")
        if any(b"unusable" in file.data for file in files):
            raise UsageError("the input cannot be used: " + HOSTILE)
        return cls(tuple(replace(file, data=file.data[:40]) for file in files), assumptions)

    @property
    def hostile(self) -> bool:
        return any(b"hostile" in file.data for file in self.files)

    def summary(self) -> LoadSummary:
        name = HOSTILE if self.hostile else "c"
        empty = any(b"empty" in file.data for file in self.files)
        refused = Diagnostic(
            severity=Severity.ERROR,
            code="invalid-value",
            message="must be between 1 and 65535, inclusive",
            file="policies.yaml",
            document=2,
            line=12,
            path="spec.ingress[0].ports[0].port",
            value="0",
            hint="ports are 1 to 65535",
        )
        return LoadSummary(
            files=tuple(file.name for file in self.files),
            documents=(
                DocumentLine(file="web.yaml", document=1, line=1, kind="Deployment", name=name, outcome="read"),
                DocumentLine(
                    file="policies.yaml", document=2, line=9, kind="NetworkPolicy", name="bad", outcome="refused"
                ),
                DocumentLine(file="web.yaml", document=3, line=40, kind="ConfigMap", name="", outcome="ignored"),
            ),
            outcomes=(("ConfigMap", "ignored", 1), ("Deployment", "read", 1), ("NetworkPolicy", "refused", 1)),
            diagnostics=(refused,),
            missing=("no Namespace manifests: the labels of namespace shop are unknown",),
            complete=False,
            workloads=0 if empty else 1000 if any(b"huge" in file.data for file in self.files) else 3,
            pods=3,
            namespaces=1,
            policies=0 if empty else 4,
            kubectl="kubectl get networkpolicies -A -o yaml",
        )

    def with_assumptions(self, assumptions: Assumptions) -> FakeWorkbench:
        if assumptions.cni not in ("auto", "cilium"):
            raise UsageError(f"--cni {assumptions.cni}: there is no such plugin")
        if any("/" not in cidr for cidr in assumptions.pod_cidrs):
            raise UsageError(f"{assumptions.pod_cidrs[0]} is not a CIDR")
        return replace(self, assumptions=assumptions)

    def policies(self, what_if: WhatIf = BASELINE) -> tuple[PolicyCard, ...]:
        own = (
            card(HOSTILE if self.hostile else "deny-all", 1),
            card("allow-web", 20),
            card("bad", 9, state="refused", problem="spec.ingress[0].ports[0].port: must be between 1 and 65535"),
            card("later", 30, state="staged"),
        )
        return own + tuple(card("drafted", 1) for draft in what_if.drafts if not draft.replaces)

    def board(self, what_if: WhatIf = BASELINE) -> tuple[TierColumn, ...]:
        """One tier; with `tiered` in the input a tier `security` of a cluster-wide and a staged policy before it."""
        own = tuple(_on_board(each) for each in self.policies(what_if))
        default = TierColumn(name="default", label="", order=1_000_000.0, default="deny", cards=own)
        if not any(b"tiered" in file.data for file in self.files):
            return (default,)
        kind = "calico.GlobalNetworkPolicy"
        wide = card("no-internet", 1, id=f"{kind}/no-internet", kind=kind, namespace="", tier="security")
        next_ = card("next", 2, id="calico.StagedNetworkPolicy/shop/next", state="staged", tier="security", selects=0)
        cards = (_on_board(wide, order=10.0, actions=(1, 2, 3)), _on_board(next_, stage="delete", twin=DENY_ALL))
        security = TierColumn(name="security", label="", order=100.0, default="pass", cards=cards)
        return (security, default)

    def selected(self, what_if: WhatIf, policy: str) -> tuple[SelectedWorkload, ...]:
        return (SelectedWorkload(id="shop/b", label="shop/b (Deployment)", pods=2, certain=False),)

    def selecting(self, what_if: WhatIf, name: str) -> Selecting:
        """`deny-all` isolates everything for ingress, `allow-web` may select it."""
        if name == "shop/c":
            raise UsageError("shop/c has no pods that a policy could select")
        plain = SelectingPolicy(
            id=self.policies()[0].id,
            kind="NetworkPolicy",
            namespace="shop",
            name=self.policies()[0].name,
            tier="default",
            on=self.policies()[0].id not in what_if.disabled,
            certain=True,
            whole=True,
            isolates=True,
        )
        second = replace(plain, id="NetworkPolicy/shop/allow-web", name="allow-web", certain=False, whole=False)
        return Selecting(
            label=name,
            pods=2,
            directions=(
                SelectedDirection(
                    direction="ingress", isolation="isolated" if plain.on else "unknown", policies=(plain, second)
                ),
                SelectedDirection(direction="egress", isolation="open", policies=()),
            ),
        )

    def unmodelled(self, what_if: WhatIf) -> tuple[FidelityLine, ...]:
        if not any(b"unmodelled" in file.data for file in self.files):
            return ()
        message = "CiliumNetworkPolicy is not evaluated " + (HOSTILE if self.hostile else "")
        return (
            FidelityLine(
                category="not modelled",
                file="cilium.yaml",
                line=7,
                kind="CiliumNetworkPolicy",
                name="shop/l7",
                message=message,
            ),
        )

    def fidelity(self, what_if: WhatIf) -> Fidelity:
        lines = tuple(replace(line, pairs=2) for line in self.unmodelled(what_if))
        return Fidelity(lines=lines, unknown=3, examined=2)

    def drafted(self, draft: Draft) -> tuple[str, ...]:
        known = tuple(each.id for each in self.policies() if f"name: {each.name}\n" in draft.text)
        return known or ("NetworkPolicy/shop/drafted",)

    def endpoint_ids(self) -> tuple[str, ...]:
        return tuple(choice.id for choice in self.endpoints())

    def namespaces(self) -> tuple[str, ...]:
        return ("shop",)

    def endpoints(self, first: tuple[str, ...] = ()) -> tuple[EndpointChoice, ...]:
        names = ("a", HOSTILE if self.hostile else "b", "c")
        return tuple(
            EndpointChoice(id=f"shop/{n}", label=f"shop/{n}", namespace="shop", kind="Deployment") for n in names
        )

    def labels(self) -> tuple[LabelChoice, ...]:
        return (LabelChoice(key="app", values=("a", HOSTILE if self.hostile else "b")),)

    def find(self, text: str) -> FoundCards:
        names = ("a", HOSTILE if self.hostile else "b", "c")
        found = tuple(
            FoundCard(peer=f"shop/{n}[Deployment]", label=f"shop/{n}", namespace="shop") for n in names if text in n
        )
        return FoundCards(cards=found if text else (), total=len(found) if text else 0)

    def step(self, previous: WhatIf, what_if: WhatIf, by: str) -> str:
        return "" if previous == what_if else f"Turning off {len(what_if.disabled)} opens 1 connection: + a → b TCP 80."

    def picture(self, what_if: WhatIf, question: PictureQuestion) -> PictureAnswer:
        denied = self.policies()[0].id not in what_if.disabled
        given = "NetworkPolicy/shop/allow-web" not in what_if.disabled
        edges = [_edge("a", "b", Change.ADDED)] if not denied else []
        edges.append(_edge("a", "c", Change.SAME if given else Change.REMOVED))
        edges += [_edge("b", "c", Change.ADDED) for _ in what_if.drafts]
        counts = Counts(
            workloads=3,
            pairs=sum(edge.change is not Change.REMOVED for edge in edges),
            added=sum(edge.change is Change.ADDED for edge in edges),
            removed=int(not given),
        )
        changes = tuple(
            ChangeLine(
                source=f"shop/{edge.source}",
                target=f"shop/{edge.target}",
                source_label=f"shop/{edge.source}",
                target_label=f"shop/{edge.target}",
                change=edge.change.value,
                before=edge.ports_before,
                after=edge.ports,
            )
            for edge in edges
            if edge.change is not Change.SAME
        )
        return PictureAnswer(
            picture=_picture(self, what_if, question, tuple(edges), counts),
            changes=changes,
            exact=True,
            assumptions=(f"pod addresses lie in {self.assumptions.pod_cidrs[0]}",),
        )

    def pairs(self, what_if: WhatIf, by: str) -> tuple[ChangeLine, ...]:
        drawn = self.picture(what_if, PictureQuestion(by=by)).picture.edges
        return tuple(
            ChangeLine(
                source=f"shop/{edge.source}",
                target=f"shop/{edge.target}",
                source_label=f"shop/{edge.source}",
                target_label=f"shop/{edge.target}",
                change=edge.change.value,
                before=edge.ports_before,
                after=edge.ports,
            )
            for edge in drawn
        )

    def grid(self, what_if: WhatIf, question: GridQuestion) -> Grid:
        """The namespace against itself; opened, its three workloads."""
        edges = self.picture(what_if, PictureQuestion()).picture.edges
        names = dict(zip(PLACES, ("a", HOSTILE if self.hostile else "b", "c"), strict=True))
        shop = GridLine(id="namespace/shop", label=HOSTILE if self.hostile else "shop", members=3)
        if not question.source:
            counts = {change: sum(edge.change is change for edge in edges) for change in Change}
            whole = GridCell(
                row=0,
                column=0,
                pairs=sum(edge.change is not Change.REMOVED for edge in edges),
                possible=6,
                unknown=0,
                added=counts[Change.ADDED],
                removed=counts[Change.REMOVED],
            )
            return Grid(rows=(shop,), columns=(shop,), cells=(whole,), row_total=1, column_total=1)
        lines = tuple(GridLine(id=f"shop/{name}", label=f"shop/{name}") for name in names.values())
        cells = tuple(
            GridCell(
                row=list(names).index(edge.source),
                column=list(names).index(edge.target),
                pairs=int(edge.change is not Change.REMOVED),
                possible=1,
                unknown=0,
                added=int(edge.change is Change.ADDED),
                removed=int(edge.change is Change.REMOVED),
                verdict="denied" if edge.change is Change.REMOVED else "allowed",
                ports=edge.ports,
                before=edge.ports_before,
                colour=None if edge.change is Change.REMOVED else 0,
            )
            for edge in edges
        )
        return Grid(
            rows=lines,
            columns=lines,
            cells=cells,
            row_total=3,
            column_total=3,
            open_source=shop.label,
            open_target=shop.label,
            ports=("TCP 8080",),
        )

    def table(self, what_if: WhatIf, question: TableQuestion) -> Table:
        """The drawn arrows, one row each."""
        if question.view.ports == "none":
            raise UsageError("none is no port " + HOSTILE)
        lines = self.pairs(what_if, question.view.by)
        rows = tuple(
            TableRow(
                source=line.source,
                target=line.target,
                source_label=line.source_label,
                target_label=HOSTILE if self.hostile else line.target_label,
                verdict=line.verdict,
                change=line.change,
                before=line.before,
                after=line.after,
                egress="open: no policy selects it",
                ingress="NetworkPolicy/shop/allow-web (tier default)",
            )
            for line in lines
            if question.text in line.source_label
        )
        return Table(rows=rows, total=len(rows), all_pairs=len(lines), page=0, pages=1)

    def table_csv(self, what_if: WhatIf, question: TableQuestion) -> str:
        return "from,to\r\n" + "".join(
            f"{row.source_label},{row.target_label}\r\n" for row in self.table(what_if, question).rows
        )

    def impact(self, what_if: WhatIf) -> ImpactTable:
        """Made-up numbers for the policies of the fake input."""
        effects = ((3, 0, "pairs"), (0, 2, "pairs"), (0, 0, "none"), (0, 0, "strangers"))
        lines = tuple(
            ImpactLine(
                policy=card.id,
                kind=card.kind,
                namespace=card.namespace,
                name=HOSTILE if self.hostile else card.name,
                state="disabled" if card.id in what_if.disabled else "enforced",
                opens=opens,
                breaks=breaks,
                doubts=0,
                outside=0,
                effect=effect,
                note=HOSTILE if self.hostile else "",
            )
            for card, (opens, breaks, effect) in zip(self.policies(what_if), effects, strict=False)
        )
        return ImpactTable(lines=lines)

    def impact_csv(self, what_if: WhatIf) -> str:
        return "policy\r\n" + "".join(f"{line.policy}\r\n" for line in self.impact(what_if).lines)

    def impact_pairs(self, what_if: WhatIf, policy: str, by: str) -> ImpactPairs:
        label = HOSTILE if self.hostile else "shop/a"
        return ImpactPairs(pairs=(ImpactPair("shop/a", "shop/c", label, "shop/c", "TCP 8080", "", ""),), more=True)

    def exposure(self, what_if: WhatIf) -> Exposures:
        name = HOSTILE if self.hostile else "shop/a"
        lines = (
            ExposureLine("any", name, "ingress", "any pod of the cluster", "any port", "", "no policy decides it"),
            ExposureLine(
                scope="described",
                workload="shop/b",
                direction="egress",
                peers=f"pods {name}",
                allow="TCP 80",
                unless="",
                because=f"{DENY_ALL} spec.egress[0]",
                rules=((HOSTILE if self.hostile else DENY_ALL, "spec.egress[0]"),),
            ),
            ExposureLine(
                scope="outside",
                workload="shop/c",
                direction="ingress",
                peers="0.0.0.0/0",
                allow="any port",
                unless="",
                because="no policy decides it",
                question=WhyQuestion(source="0.0.0.0", target="shop/c"),
                example="0.0.0.0",
            ),
        )
        return Exposures(lines, outside=not self.hostile)

    def exposure_csv(self, what_if: WhatIf) -> str:
        return "workload\r\n" + "".join(f"{line.workload}\r\n" for line in self.exposure(what_if).lines)

    def reach(self, what_if: WhatIf, question: ReachQuestion) -> ReachAnswer:
        """A chain a, b, c, of which b is on every way."""
        if question.start == "nowhere":
            raise UsageError("nothing is called nowhere " + HOSTILE)
        name = HOSTILE if self.hostile else "shop/b"
        hops = (
            HopLine(
                source="shop/a",
                target="shop/b",
                source_label="shop/a",
                target_label=name,
                opens=ALL_CONNECTIONS,
                question=WhyQuestion(source="shop/a", target="shop/b"),
            ),
            HopLine(
                source="shop/b",
                target="shop/c",
                source_label=name,
                target_label="shop/c",
                opens=ALL_CONNECTIONS,
                question=WhyQuestion(source="shop/b", target="shop/c"),
            ),
        )
        choke = ChokeLine(id="shop/b", label=name, cuts=1)
        way = Way(label=question.target, hops=hops, sure=True, cut=(choke,)) if question.target else None
        lines = (
            ReachedLine(id="shop/b", label=name, namespace="shop", hops=1, opens=ALL_CONNECTIONS),
            ReachedLine(id="shop/c", label="shop/c", namespace="shop", hops=2, opens=ALL_CONNECTIONS, through=(name,)),
            ReachedLine(id="shop/d", label="shop/d", namespace="shop", hops=1, opens=ALL_CONNECTIONS, sure=False),
        )
        return ReachAnswer(
            start=question.start,
            unit=question.by,
            total=3,
            lines=lines,
            levels=((1, 1), (2, 1)),
            chokes=(choke,),
            leaves=2,
            left_out=0,
            way=way,
        )

    def reach_csv(self, what_if: WhatIf, question: ReachQuestion) -> str:
        return "reached\r\n" + "".join(f"{line.label}\r\n" for line in self.reach(what_if, question).lines)

    def svg(self, what_if: WhatIf, question: PictureQuestion, *, dark: bool = False) -> str:
        return "<svg/>"

    def pack(self, what_if: WhatIf, question: PictureQuestion, wanted: PackQuestion) -> tuple[PackedFile, ...]:
        told = f"{wanted.title} {wanted.date} {sorted(what_if.disabled)}"
        return tuple(
            PackedFile(name=f"netviz.{name}", media_type="text/plain", data=told.encode()) for name in wanted.formats
        )

    def why(self, what_if: WhatIf, question: WhyQuestion) -> WhyAnswer:
        if "nobody" in (question.source, question.target):
            raise UsageError("there is no nobody; did you mean shop/b?")
        step = Step(
            layer="tier default",
            text="the rule allows TCP 8080 from shop/a",
            mark="yes",
            policy="NetworkPolicy/shop/allow-web",
            rule="spec.ingress[0]",
            action="allow",
            file="policies.yaml",
            line=22,
            excerpt=((22, "  ingress:"), (23, "  - from: " + (HOSTILE if self.hostile else "[]"))),
        )
        return WhyAnswer(
            source=question.source,
            target=question.target,
            via="",
            protocol=question.protocol,
            port=question.port,
            verdict="deny" if what_if.disabled else "allow",
            sentence=f"{question.source} may reach {question.target}",
            halves=(Half(direction="ingress", subject="shop/c", verdict="allow", steps=(step,)),),
        )

    def plugins(self, what_if: WhatIf, question: WhyQuestion) -> tuple[PluginVerdict, ...]:
        own = PluginVerdict(plugin="auto", label="auto", verdict="allow", chosen=True)
        calico = PluginVerdict(plugin="calico", label="Calico", verdict="allow")
        if question.port == 443:
            return (own, calico)
        reason = "Cilium matches address blocks with neither pods nor nodes (D1, D2)." + HOSTILE * self.hostile
        return (own, calico, PluginVerdict(plugin="cilium", label="Cilium", verdict="deny", reason=reason))

    def findings(self, what_if: WhatIf, question: FindingsQuestion) -> Findings:
        """A flow, and if nothing is switched off a label; text filters, nothing else does."""
        every = (_finding(self), _finding(self, check="NP011", severity="info", key="2", why=None, shown_by=""))
        told = every[:1] if what_if.disabled else every
        lines = tuple(line for line in told if question.text in line.message)
        return Findings(
            lines=lines,
            total=len(lines),
            page=0,
            pages=1,
            counts=(("error", 0), ("warning", 1), ("info", len(told) - 1)),
            checks=tuple((line.check, line.title, 1) for line in told),
            namespaces=("shop",),
            suppressed=len(question.suppressions),
            unused=(),
            limits=(),
        )

    def fixes(self, what_if: WhatIf, question: FixQuestion) -> FixAnswer:
        edit = FixEdit(words=HOSTILE, draft=Draft(text=f"# {HOSTILE}\nkind: NetworkPolicy\n"), file=HOSTILE, line=3)
        effect = EffectLine(source=HOSTILE, target=HOSTILE, change="added", before="", after="TCP 80")
        fix = FixLine(edits=(edit,), effects=(effect,), total=2, idle=(HOSTILE,))
        wanted = "deny" if question.deny else "allow"
        return FixAnswer(
            source="a",
            target="b",
            connections="TCP 80",
            wanted=wanted,
            before="deny",
            sentence=HOSTILE,
            fixes=(fix, fix),
        )

    def expectations(self, what_if: WhatIf, question: CheckQuestion) -> Checked:
        name = HOSTILE if self.hostile else "the shop reaches its database"
        if "netviz" not in question.text:
            problem = Diagnostic(severity=Severity.ERROR, code="x", message=name, file=question.name, line=1)
            return Checked(problems=(problem,))
        asked = WhyQuestion(source="shop/a", target="shop/c", port=8080)
        failed = CheckedLine(
            title=name,
            words=f"shop/a may not reach {name}",
            wanted="deny",
            status="failed" if what_if.disabled else "passed",
            file=question.name,
            line=7,
            reason=name if self.hostile else "",
            note=name if self.hostile else "",
            sources=2,
            targets=1,
            flow=f"shop/a to {name}",
            question=asked if what_if.disabled else None,
            why=self.why(what_if, asked) if what_if.disabled else None,
        )
        passed = replace(failed, title="first", status="passed", reason="", note="", flow="", question=None, why=None)
        return Checked(title=name, lines=(passed, failed))

    def expectation_report(self, what_if: WhatIf, question: CheckQuestion, form: str) -> str:
        return f"{form} of {question.name}"

    def frozen(self, what_if: WhatIf, by: str) -> str:
        if by == "pod":
            raise UsageError("10,000 pods are too many")
        return f"netviz: frozen by {by}"

    def probes(self, what_if: WhatIf, question: ProbeQuestion) -> ProbeScript:
        name = HOSTILE if self.hostile else "shop/a"
        probe = Probe(
            source=name,
            target=name,
            port=8080,
            expected="connects",
            run_in=PodPlace(namespace="shop", name="a"),
            towards=AddressPlace("192.0.2.1"),
            title=name,
        )
        found = Probes(probes=(probe,) if question.expectations else (probe, probe), skipped=(name,))
        return ProbeScript(script="#!/bin/sh", planned=found)

    def observed(self, what_if: WhatIf, data: bytes) -> Observed:
        name = HOSTILE if self.hostile else "shop/a"
        line = ObservedLine(
            source=name,
            target=name,
            port=8080,
            predicted="connects",
            observed="times-out",
            outcome="differs",
            words=name,
            line=1,
            question=WhyQuestion(source="shop/a", target="shop/c", port=8080),
        )
        return Observed(lines=(line,), problems=(name,))

    def proof(self, what_if: WhatIf, intents: tuple[str, ...]) -> ProofAnswer:
        why = WhyQuestion(source="a", target="b", port=80)
        effect = EffectLine(source=HOSTILE, target=HOSTILE, change="added", before="", after="TCP 80")
        line = IntentLine(text=HOSTILE, before="denied", after="denied", holds=False, against=HOSTILE, why=why)
        return ProofAnswer(proven=False, sentence=HOSTILE, intents=(line,), others=(effect,), total=2, doubts=0)

    def compared_proof(self, intents: tuple[str, ...]) -> ProofAnswer:
        return self.proof(BASELINE, intents)

    def card(self, what_if: WhatIf, peer: str) -> CardFacts:
        return CardFacts(
            id=peer,
            label=peer,
            facts=(("kind", "Deployment"),),
            policies=(("NetworkPolicy/shop/allow-web", "ingress"),),
            incoming=(("shop/a", "shop/a", "TCP 8080"),),
            outgoing=(),
        )

    def edge_question(self, what_if: WhatIf, picture: PictureQuestion, source: str, target: str) -> WhyQuestion:
        return WhyQuestion(source=f"shop/{source}", target=f"shop/{target}", port=8080)

    def compare_with(self, files: Sequence[InputFile]) -> LoadSummary | None:
        return self.summary() if files else None

    def compared(self, question: PictureQuestion) -> PictureAnswer:
        answer = self.picture(WhatIf(disabled=frozenset({self.policies()[0].id})), question)
        cause = CauseLine(
            kind="policy",
            name=HOSTILE if self.hostile else DENY_ALL,
            change="removed",
            detail="",
            alone=True,
            file=HOSTILE if self.hostile else "policies.yaml",
            line=1,
        )
        changes = tuple(replace(c, causes=(cause,), caused_by=f"policy {cause.name} removed") for c in answer.changes)
        return replace(answer, changes=changes)

    def compared_svg(self, question: PictureQuestion, *, dark: bool = False) -> str:
        return self.svg(BASELINE, question, dark=dark)

    def compared_why(self, question: WhyQuestion) -> tuple[WhyAnswer | None, WhyAnswer | None]:
        return None, self.why(BASELINE, question)

    def check_draft(self, draft: Draft) -> tuple[Diagnostic, ...]:
        if "kind" in draft.text:
            return ()
        return (
            Diagnostic(
                severity=Severity.ERROR, code="required", message="Required value: " + HOSTILE, file="draft", line=1
            ),
        )


def _finding(bench: FakeWorkbench, **changes: object) -> FindingLine:
    name = HOSTILE if bench.hostile else DENY_ALL
    plain = FindingLine(
        key="1",
        check="NP029",
        severity="warning",
        title="Allowed on one side only",
        object=name,
        namespace="shop",
        message=f"it lets {name} connect to c",
        advice=f"ask {name}",
        rationale="A connection needs both sides.",
        file=HOSTILE if bench.hostile else "policies.yaml",
        line=7,
        path="spec.ingress[0]",
        excerpt=((7, f"- from: {name}"),),
        shown_by=f"shop/a to {name}",
        why=WhyQuestion(source="shop/a", target="shop/c", port=8080),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def _on_board(policy: PolicyCard, **changes: object) -> BoardCard:
    stage = "set" if policy.state == "staged" else ""
    plain = BoardCard(policy=policy, order=None, actions=(1, 0, 0), stage=stage)
    return replace(plain, **changes)  # type: ignore[arg-type]


def _edge(source: str, target: str, change: Change) -> Edge:
    start, end = (PLACES[source][0] + 108.0, PLACES[source][1]), (PLACES[target][0] - 108.0, PLACES[target][1])
    sign = {Change.ADDED: "+ ", Change.REMOVED: "− "}.get(change, "")
    return Edge(
        id=f"{source}>{target}",
        source=source,
        target=target,
        change=change,
        label=f"{sign}TCP 8080",
        ports="" if change is Change.REMOVED else "TCP 8080",
        ports_before="" if change is Change.ADDED else "TCP 8080",
        label_at=((start[0] + end[0]) / 2, (start[1] + end[1]) / 2),
        label_size=(80.0, 18.0),
        route=(start, (start[0] + 60.0, start[1]), (end[0] - 60.0, end[1]), end),
    )


def _picture(
    bench: FakeWorkbench, what_if: WhatIf, question: PictureQuestion, edges: tuple[Edge, ...], counts: Counts
) -> Picture:
    names = ("a", HOSTILE if bench.hostile else "b", "c")
    nodes = tuple(
        Node(
            id=key,
            kind=NodeKind.WORKLOAD,
            title_lines=(name,),
            subtitle="Deployment · :8080",
            namespace="shop",
            icon="cube",
            colour=0,
            x=PLACES[key][0],
            y=PLACES[key][1],
            width=216.0,
            height=56.0,
            ingress=Badge.SOME,
            egress=Badge.OPEN,
            peer=f"shop/{name}[Deployment]",
        )
        for key, name in zip(PLACES, names, strict=True)
    )
    off = sorted(what_if.disabled)
    is_huge = any(b"huge" in file.data for file in bench.files) and not question.namespaces
    return Picture(
        title=question.title,
        unit="namespace" if is_huge else "workload",
        what_if=f"off: {', '.join(off)}" if off else "with drafts" if what_if.drafts else "",
        nodes=nodes,
        edges=edges,
        boxes=(Box(id="shop", title="shop", subtitle="3", colour=0, x=-150.0, y=-80.0, width=1100.0, height=300.0),),
        counts=counts,
        x=-200.0,
        y=-120.0,
        width=1200.0,
        height=380.0,
        notes=(f"Assumed: pod addresses lie in {bench.assumptions.pod_cidrs[0]}.",),
    )
