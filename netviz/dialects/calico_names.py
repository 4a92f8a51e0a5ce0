"""Names of ports as Calico takes them, in whichever API a policy is written (A24).

Source: appendEndpointPorts in libcalico-go/lib/backend/k8s/conversion; every container adds its ports to the endpoint.
"""

from __future__ import annotations

from dataclasses import replace

from netviz.model.policy import NamedPort, Policy, PolicyRule, PortMatch


def with_every_port(policy: Policy) -> Policy:
    """The policy where a name means each container port that has it, those of init containers too."""
    ingress, egress = (tuple(map(_rule, rules)) for rules in (policy.ingress, policy.egress))
    if ingress == policy.ingress and egress == policy.egress:
        return policy
    return replace(policy, ingress=ingress, egress=egress)


def _rule(rule: PolicyRule) -> PolicyRule:
    if not any(isinstance(port, NamedPort) for port in (*(rule.ports or ()), *rule.not_ports)):
        return rule
    ports = None if rule.ports is None else tuple(map(_every, rule.ports))
    return replace(rule, ports=ports, not_ports=tuple(map(_every, rule.not_ports)))


def _every(port: PortMatch) -> PortMatch:
    return replace(port, every=True) if isinstance(port, NamedPort) else port
