"""A shop and its bank behind Calico, without anything to complain about."""

from __future__ import annotations

BASE = """\
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: blue}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {team: green}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: shop, name: default}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: web, labels: {app: web}},
 spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.0.1.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: api, labels: {app: api}},
 spec: {containers: [{name: c, ports: [{name: rpc, containerPort: 9090}]}]}, status: {podIP: 10.0.1.2}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: db, labels: {app: db}},
 spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}, status: {podIP: 10.0.1.3}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: bank, name: ledger, labels: {app: ledger}},
 spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.0.2.1}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: kube-system, name: dns, labels: {k8s-app: kube-dns}},
 spec: {containers: [{name: c, ports: [{name: dns, protocol: UDP, containerPort: 53}]}]}, status: {podIP: 10.0.3.1}}
---
{apiVersion: v1, kind: Service, metadata: {namespace: bank, name: ledger},
 spec: {selector: {app: ledger}, ports: [{port: 80, targetPort: http}]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: partners, labels: {role: partner}}
spec: {nets: [198.51.100.0/24]}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.partners}
spec:
  tier: security
  order: 10
  selector: app in {'web', 'ledger'}
  types: [Egress]
  egress:
    - action: Deny
      destination: {selector: role == 'partner'}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {namespace: shop, name: api}
spec:
  order: 100
  selector: app == 'api'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source: {selector: app == 'web'}
      destination: {ports: [9090]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {namespace: bank, name: ledger}
spec:
  order: 100
  selector: app == 'ledger'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source:
        selector: app == 'api'
        namespaceSelector: team == 'blue'
      destination: {ports: [8080]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: api}}}]
      ports: [{protocol: TCP, port: 5432}]
"""
