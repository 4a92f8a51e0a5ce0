"""Three teams under admin policies, without anything to complain about."""

from __future__ import annotations

BASE = """\
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {team: green}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: watch, labels: {team: red}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: a}},
 status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web, labels: {app: web}},
 spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.0.1.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: db, labels: {app: db}},
 spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}, status: {podIP: 10.0.1.3}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: bank, name: ledger, labels: {app: ledger}},
 spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.0.2.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: watch, name: meter, labels: {app: meter}},
 spec: {containers: [{name: c}]}, status: {podIP: 10.0.3.1}}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-credentials}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {}}
  egress:
    - action: Deny
      to: [{networks: [169.254.169.254/32]}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: bank-only}
spec:
  tier: Admin
  priority: 20
  subject: {namespaces: {matchLabels: {team: green}}}
  ingress:
    - action: Deny
      from: [{namespaces: {matchLabels: {team: red}}}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: closed}
spec:
  tier: Baseline
  priority: 10
  subject: {namespaces: {matchLabels: {team: green}}}
  ingress:
    - action: Deny
      from: [{namespaces: {matchLabels: {team: blue}}}]
      protocols: [{tcp: {destinationPort: {number: 22}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{protocol: TCP, port: 5432}]
"""
