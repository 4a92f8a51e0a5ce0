"""Network plugins: where they do not follow the specification, each difference by its rule in docs/plugins.md.

The specification is what no trait changes, so the plugins `auto` and `kubernetes` have none. A trait belongs to the
reading of policies, to the engine or to both; nobody else asks for a plugin's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from netviz.errors import UsageError


class PluginName(StrEnum):
    """The values of `--cni`."""

    AUTO = "auto"
    KUBERNETES = "kubernetes"
    CALICO = "calico"
    CILIUM = "cilium"
    AZURE_NPM = "azure-npm"


class Trait(StrEnum):
    """One way in which a plugin differs from the specification; the value is the id of the rule."""

    OUTSIDE_BLOCKS = "D1"
    FIRST_PORT_ONLY = "D3"
    SERVICE_BYPASS = "D4"
    CLIENT_OR_NODE = "D4-cilium"
    OWN_NODE_OPEN = "D5"
    ONE_NUMBER_PER_NAME = "D7"
    NO_NAMED_PORTS = "D7-windows"
    UNLISTED_DIRECTIONS = "D8"
    IPV4_ONLY = "D9"
    SCTP_IN_DOUBT = "D10"
    NO_SCTP = "D10-windows"
    NO_EXCEPT = "D11"
    NO_NEGATION = "D12"
    ORDERED_TIES = "C7"


HABITS: Final = {
    Trait.OUTSIDE_BLOCKS: "matches address blocks with neither pods nor nodes (D1, D2)",
    Trait.FIRST_PORT_ONLY: "honours only the first port of a range with endPort (D3)",
    Trait.SERVICE_BYPASS: "lets clients outside through NodePort and LoadBalancer Services past ingress policy (D4)",
    Trait.CLIENT_OR_NODE: "takes clients of NodePort and LoadBalancer Services for themselves or for a node (D4)",
    Trait.OWN_NODE_OPEN: "lets a pod reach its own node whatever its egress policy says (D5)",
    Trait.ONE_NUMBER_PER_NAME: "may skip an egress port name that stands for different numbers in the cluster (D7)",
    Trait.NO_NAMED_PORTS: "does not translate policies with named ports (D7)",
    Trait.UNLISTED_DIRECTIONS: "enforces rules of a direction that policyTypes does not list (D8)",
    Trait.IPV4_ONLY: "leaves IPv6 traffic without policy (D9)",
    Trait.SCTP_IN_DOUBT: "honours SCTP entries only where that is switched on (D10)",
    Trait.NO_SCTP: "does not translate policies with SCTP (D10)",
    Trait.NO_EXCEPT: "does not translate policies with except (D11)",
    Trait.NO_NEGATION: "does not translate policies with NotIn or DoesNotExist (D12)",
    Trait.ORDERED_TIES: "resolves equal priorities of admin policies by name (C7)",
}
"""What a plugin with the trait does, as the end of a sentence that begins with its name."""

_TITLES: Final = {
    PluginName.AUTO: "auto",
    PluginName.KUBERNETES: "Kubernetes (the specification)",
    PluginName.CALICO: "Calico",
    PluginName.CILIUM: "Cilium",
    PluginName.AZURE_NPM: "Azure NPM",
}
_CILIUM: Final = frozenset(
    (
        Trait.OUTSIDE_BLOCKS,
        Trait.CLIENT_OR_NODE,
        Trait.ONE_NUMBER_PER_NAME,
        Trait.UNLISTED_DIRECTIONS,
        Trait.SCTP_IN_DOUBT,
    )
)
_AZURE_NPM: Final = frozenset((Trait.SERVICE_BYPASS, Trait.OWN_NODE_OPEN, Trait.IPV4_ONLY))
_WINDOWS: Final = frozenset((Trait.NO_NAMED_PORTS, Trait.NO_SCTP, Trait.NO_EXCEPT, Trait.NO_NEGATION))
_PORT_RANGES: Final = (1, 17)
"""The first Cilium that honours endPort (D3)."""

_CALICO_GROUPS: Final = ("projectcalico.org", "crd.projectcalico.org")
_ADMIN_GROUP: Final = "policy.networking.k8s.io"
_ENFORCED_BY: Final = {
    **dict.fromkeys(_CALICO_GROUPS, frozenset((PluginName.CALICO,))),
    _ADMIN_GROUP: frozenset((PluginName.KUBERNETES, PluginName.CALICO)),
    **dict.fromkeys(("cilium.io", "networking.gke.io"), frozenset((PluginName.CILIUM,))),
    **dict.fromkeys(
        ("crd.antrea.io", "security.antrea.tanzu.vmware.com", "k8s.ovn.org", "network.openshift.io"),
        frozenset[PluginName](),
    ),
}
"""Which plugins enforce the kinds of an API group; a group that is not listed depends on no plugin (D15, D16)."""

_STILL: Final = (9999, 9999)
_SINCE_CALICO: Final = {
    "AdminNetworkPolicy": ((3, 29), (3, 31)),
    "BaselineAdminNetworkPolicy": ((3, 30), (3, 31)),
    "ClusterNetworkPolicy": ((3, 32), _STILL),
    "StagedNetworkPolicy": ((3, 30), _STILL),
    "StagedGlobalNetworkPolicy": ((3, 30), _STILL),
    "StagedKubernetesNetworkPolicy": ((3, 30), _STILL),
}
"""First and last Calico that knows a kind (B1)."""
_TIERS_SINCE: Final = (3, 29)
_NAMES_ARE_FREE: Final = (3, 32)

_VERSION: Final = re.compile(r"v?([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9A-Za-z.+-]{1,40})?", re.ASCII)
_WINDOWS_VERSION: Final = "windows"
_NPM_VERSIONS: Final = ("linux", _WINDOWS_VERSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A network plugin, by its name, version as written ("" if not given), and how it differs.

    `enforcing`: whose kinds of policy count, `AUTO` for those of everyone.
    """

    name: PluginName
    version: str = ""
    traits: frozenset[Trait] = frozenset()
    enforcing: PluginName = PluginName.AUTO

    @property
    def title(self) -> str:
        """How sentences call it."""
        title = _TITLES[self.name]
        if self.name is PluginName.AZURE_NPM and self.version:
            return f"{title} on {self.version.capitalize()}"
        return f"{title} {self.version}" if self.version else title

    def __str__(self) -> str:
        return f"{self.name}={self.version}" if self.version else str(self.name)

    def enforces(self, api_version: str, kind: str) -> bool:
        """Whether policies of this kind have an effect (D15, D16, B1)."""
        group = api_version.rpartition("/")[0]
        if self.enforcing is PluginName.AUTO or group not in _ENFORCED_BY:
            return True
        if self.enforcing not in _ENFORCED_BY[group]:
            return False
        if self._calico is None or kind not in _SINCE_CALICO:
            return True
        first, last = _SINCE_CALICO[kind]
        return first <= self._calico <= last

    @property
    def knows_tiers(self) -> bool:
        """Whether policies may stand in tiers that are not built in (B1)."""
        return self._calico is None or self._calico >= _TIERS_SINCE

    @property
    def wants_tier_in_name(self) -> bool:
        """Whether the name of a policy has to begin with that of its tier (B3)."""
        return self._calico is not None and self._calico < _NAMES_ARE_FREE

    @property
    def _calico(self) -> tuple[int, int] | None:
        return _release(self.version) if self.enforcing is PluginName.CALICO else None

    def has(self, *traits: Trait) -> bool:
        """Whether it differs in one of these ways."""
        return not self.traits.isdisjoint(traits)

    def toggled(self, trait: Trait) -> Plugin:
        """The same plugin, but for one way in which it differs."""
        return replace(self, traits=self.traits ^ {trait})


AUTO: Final = Plugin(name=PluginName.AUTO)


def is_calico(api_version: str) -> bool:
    """Whether an object belongs to Calico, so that `auto` takes it for the plugin in use (C7)."""
    return api_version.rpartition("/")[0] in _CALICO_GROUPS


def parse_plugin(name: str, version: str = "") -> Plugin:
    """The plugin that `--cni` and `--cni-version` mean; UsageError for what does not fit together.

    `version` is "" or, with or without the plugin's name and `=` in front: `MAJOR.MINOR` of Calico or Cilium, `linux`
    or `windows` of Azure NPM.
    """
    if name not in set(PluginName):
        raise UsageError(f"--cni {name}: there is no such plugin; choose one of {', '.join(PluginName)}")
    chosen = PluginName(name)
    written = _version_of(chosen, version)
    return Plugin(
        name=chosen,
        version=written,
        traits=_traits(chosen, written),
        enforcing=chosen,
    )


def _version_of(name: PluginName, text: str) -> str:
    owner, separator, written = text.rpartition("=")
    if not text:
        return ""
    if separator and owner != name:
        hint = f"add --cni {owner}" if owner in set(PluginName) else f"choose one of {', '.join(PluginName)}"
        raise UsageError(f"--cni-version {text}: that is not the plugin of --cni {name}; {hint}")
    match name:
        case PluginName.AUTO | PluginName.KUBERNETES:
            raise UsageError(f"--cni-version {text}: --cni {name} has no versions; name a plugin, as in --cni cilium")
        case PluginName.AZURE_NPM:
            if written not in _NPM_VERSIONS:
                raise UsageError(f"--cni-version {text}: write azure-npm=linux or azure-npm=windows")
        case _:
            if _release(written) is None:
                example = "calico=3.31" if name is PluginName.CALICO else "cilium=1.16"
                raise UsageError(f"--cni-version {text}: write it like {example}")
    return written


def _release(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None


def _traits(name: PluginName, version: str) -> frozenset[Trait]:
    match name:
        case PluginName.CALICO:
            return frozenset((Trait.ORDERED_TIES,))
        case PluginName.CILIUM:
            release = _release(version)
            old = release is not None and release < _PORT_RANGES
            return _CILIUM | ({Trait.FIRST_PORT_ONLY} if old else frozenset())
        case PluginName.AZURE_NPM:
            return _AZURE_NPM | (_WINDOWS if version == _WINDOWS_VERSION else frozenset())
        case _:
            return frozenset()
