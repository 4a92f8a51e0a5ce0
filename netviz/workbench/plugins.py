"""Where network plugins disagree about a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from netviz.dialects.plugins import HABITS, Plugin, PluginName, parse_plugin
from netviz.workbench.questions import PluginVerdict, WhyAnswer

_COMPARED: Final = (PluginName.KUBERNETES, PluginName.CALICO, PluginName.CILIUM, PluginName.AZURE_NPM)


@dataclass(frozen=True, slots=True)
class Comparing:
    """Asks one question of several plugins.

    `answer` is the answer under a plugin, `left_out` the kinds of policy in the input that it does not enforce.
    """

    chosen: Plugin
    answer: Callable[[Plugin], WhyAnswer]
    left_out: Callable[[Plugin], frozenset[str]]

    def verdicts(self) -> tuple[PluginVerdict, ...]:
        """The verdict under the chosen plugin, then under every other."""
        own, chosen = self.answer(self.chosen), self.chosen
        found = [PluginVerdict(plugin=chosen.name.value, label=chosen.title, verdict=own.verdict, chosen=True)]
        for name in _COMPARED:
            if name is not chosen.name:
                plugin = parse_plugin(name)
                answer = self.answer(plugin)
                reason = "" if _said(answer) == _said(own) else self._reason(plugin, answer)
                other = PluginVerdict(plugin=name.value, label=plugin.title, verdict=answer.verdict, reason=reason)
                found.append(other)
        return tuple(found)

    def _reason(self, plugin: Plugin, answer: WhyAnswer) -> str:
        """The first single difference between the two plugins that makes the answer; else all of them."""
        steps = list(self._steps(plugin))
        for step, sentence in steps:
            if _said(self.answer(step)) == _said(answer):
                return sentence
        return " ".join(sentence for _, sentence in steps)

    def _steps(self, plugin: Plugin) -> Iterator[tuple[Plugin, str]]:
        """The chosen plugin with one habit of the other, for each in which they differ, and that habit in words."""
        kinds = self.left_out(plugin) ^ self.left_out(self.chosen)
        if kinds:
            lacking = plugin if kinds & self.left_out(plugin) else self.chosen
            step = replace(plugin, traits=self.chosen.traits)
            yield step, f"{lacking.title} does not enforce {', '.join(sorted(kinds))} (D15, D16)."
        for trait in sorted(self.chosen.traits ^ plugin.traits):
            holder = plugin if trait in plugin.traits else self.chosen
            yield self.chosen.toggled(trait), f"{holder.title} {HABITS[trait]}."


def _said(answer: WhyAnswer) -> tuple[str, str, str, str]:
    return answer.verdict, answer.allowed, answer.denied, answer.unknown
