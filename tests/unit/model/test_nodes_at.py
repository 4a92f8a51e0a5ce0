"""Which nodes have an address, by what nodes and the pods on them say."""

from __future__ import annotations

from netviz.model.cluster import Cluster, Node, Pod, WorkloadId
from netviz.selectors.tree import Labels
from netviz.sets.addresses import IpAddress

ONE, TWO, THREE = (IpAddress(4, number) for number in (1, 2, 3))


def pod(name: str, node: str, *addresses: IpAddress) -> Pod:
    home = WorkloadId("x", "Pod", name)
    return Pod(
        namespace="x",
        name=name,
        node=node,
        host_addresses=addresses,
        labels=Labels(),
        service_account="default",
        workload=home,
    )


def test_an_address_is_that_of_the_nodes_that_have_it_or_whose_pods_say_so() -> None:
    pods = (pod("a", "n1", ONE), pod("b", "n2", ONE, TWO), pod("c", "", THREE), pod("d", "n4"))
    cluster = Cluster(nodes=(Node(name="n3", labels=Labels(), addresses=(TWO,)),), pods=pods)
    assert cluster.nodes_at(ONE) == {"n1", "n2"}
    assert cluster.nodes_at(TWO) == {"n2", "n3"}
    assert cluster.nodes_at(THREE) == {""}
    assert cluster.nodes_at(IpAddress(6, 1)) == set()
