"""A shop whose NetworkPolicies mean the same to every plugin."""

from __future__ import annotations

BASE = """\
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {team: green}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1},
 status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web, labels: {app: web}},
 spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]},
 status: {podIP: 10.0.1.1, hostIP: 192.0.2.11}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: db, labels: {app: db}},
 spec: {nodeName: n1, containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]},
 status: {podIP: 10.0.1.3, hostIP: 192.0.2.11}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: bank, name: ledger, labels: {app: ledger}},
 spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 9090}]}]},
 status: {podIP: 10.0.2.1, hostIP: 192.0.2.11}}
---
apiVersion: v1
kind: Service
metadata: {namespace: shop, name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
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
