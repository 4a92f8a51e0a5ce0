"""Answers whether expectations hold, each with a connection that shows it and both of its traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from netviz.analysis.expectations.checking import Result, Status, check
from netviz.analysis.expectations.freezing import freeze
from netviz.analysis.expectations.judging import Flow
from netviz.analysis.expectations.language import Expectations
from netviz.analysis.expectations.reading import ExpectationsError, read_expectations
from netviz.analysis.expectations.writing import write_frozen
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping
from netviz.engine.naming import Named
from netviz.errors import Diagnostic
from netviz.sets.connections import protocol_name
from netviz.source import SourceText
from netviz.view.trace import end_words
from netviz.workbench.answers import Asker
from netviz.workbench.excerpts import quoter
from netviz.workbench.ids import end_id
from netviz.workbench.questions import CheckQuestion, WhyAnswer, WhyQuestion

MOST_EXPLAINED = 200
"""So many failed expectations are shown with both traces; the others with their connection only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLine:
    """One expectation and what became of it: `status` is passed, failed or unknown.

    `title` is its name or what it says, `words` what it says. `flow` is the connection that shows that it does not hold
    and `why` explains it, `question` asks for it again. `reason` says why there is none, or what else is to be known.
    """

    title: str
    words: str
    wanted: str
    status: str
    file: str
    line: int
    reason: str = ""
    note: str = ""
    sources: int = 0
    targets: int = 0
    flow: str = ""
    question: WhyQuestion | None = None
    why: WhyAnswer | None = None

    @property
    def message(self) -> str:
        """Why it does not hold, in one or two sentences; "" if it does."""
        shown = self.why.sentence if self.why is not None else self.flow
        parts = [f"{self.reason}." if self.reason else "", shown]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All expectations of a file, in its order; or what is wrong with the file (`problems`), and then none of them."""

    title: str = ""
    lines: tuple[CheckedLine, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    def count(self, status: str) -> int:
        """How many have this status."""
        return sum(line.status == status for line in self.lines)

    @property
    def holds(self) -> bool:
        """Whether every one of them holds for sure."""
        return not self.problems and all(line.status == Status.PASSED for line in self.lines)

    @property
    def words(self) -> str:
        """How many hold and how many do not."""
        parts = [f"{self.count(status)} {status.value}" for status in Status if self.count(status)]
        noun = "expectation" if len(self.lines) == 1 else "expectations"
        return f"{len(self.lines)} {noun}: {', '.join(parts)}"


def checked(evaluation: Evaluation, expectations: Expectations, texts: Sequence[SourceText]) -> Checked:
    """The results as plain values; the texts are those of the policies, for quoting."""
    asker = Asker(evaluation, quoter(tuple(texts)))
    lines: list[CheckedLine] = []
    explained = 0
    for result in check(evaluation, expectations):
        explained += result.flow is not None
        line = _line(result)
        if result.flow is not None:
            why = _why(asker, result.flow) if explained <= MOST_EXPLAINED else None
            line = replace(line, flow=_flow_words(result.flow), question=_question(result.flow), why=why)
        lines.append(line)
    return Checked(title=expectations.title, lines=tuple(lines))


def checked_text(evaluation: Evaluation, question: CheckQuestion, texts: Sequence[SourceText]) -> Checked:
    """The results of a file, or what is wrong in it."""
    try:
        expectations = read_expectations(question.name, question.text.encode("utf-8", "surrogatepass"))
    except ExpectationsError as error:
        return Checked(problems=error.diagnostics)
    return checked(evaluation, expectations, texts)


def frozen_text(evaluation: Evaluation, by: str, title: str = "") -> str:
    """The state as an expectations file; UsageError if there are too many pairs."""
    return write_frozen(freeze(evaluation, Grouping(by)), title)


def _line(result: Result) -> CheckedLine:
    return CheckedLine(
        title=result.title,
        words=result.words,
        wanted=result.wanted,
        status=result.status.value,
        file=result.ref.file,
        line=result.ref.line,
        reason=result.reason,
        note=result.note,
        sources=result.sources,
        targets=result.targets,
    )


def _flow_words(flow: Flow) -> str:
    port = f" from port {flow.source_port}" if flow.source_port else ""
    return f"{end_words(flow.source)} to {end_words(flow.target)} on {flow.connection}{port}: {flow.verdict.value}"


def _question(flow: Flow) -> WhyQuestion:
    target, port = end_id(flow.target), flow.connection.port
    if flow.via is not None:
        target, port = f"service/{flow.via[0].namespace}/{flow.via[0].name}", flow.via[1]
    return WhyQuestion(
        source=end_id(flow.source), target=target, protocol=protocol_name(flow.connection.protocol), port=port
    )


def _why(asker: Asker, flow: Flow) -> WhyAnswer:
    source = Named(label=end_words(flow.source), ends=(flow.source,))
    target, port = Named(label=end_words(flow.target), ends=(flow.target,)), flow.connection.port
    if flow.via is not None:
        service, port = flow.via
        target = Named(label=f"service/{service.namespace}/{service.name}", service=service)
    why = asker.why(source, target, flow.connection.protocol, port)
    if not flow.source_port:
        return why
    note = f"The verdict is for source port {flow.source_port}; the traces are for source port 1."
    return replace(why, notes=(*why.notes, note), sentence=f"{_flow_words(flow)}.")

