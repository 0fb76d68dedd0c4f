/*
 * The cluster's network: one bridge on the machine, one cable to each node, and the routes to the pods behind them. Nothing of the
 * machine's own network is changed, and the bridge takes its routes along when it is removed.
 */
import type { ClusterShape, NodeShape } from './shape.js';

/** Lines for `ip -batch`, run on the machine. */
export function bridgeLines({ bridge, address, prefixLength }: ClusterShape): readonly string[] {
  return [
    `link add name ${bridge} type bridge`,
    `address add ${address}/${prefixLength} dev ${bridge}`,
    `link set ${bridge} up`,
  ];
}

/** Run on the machine once the node's network namespace is there. */
export function cableLines(cluster: ClusterShape, node: NodeShape, initPid: number): readonly string[] {
  return [
    `link add name ${node.link} type veth peer name eth0 netns ${initPid}`,
    `link set ${node.link} master ${cluster.bridge} up`,
    `route add ${node.podSubnet} via ${node.address}`,
    // Any node's kube-proxy answers for a Service.
    ...(cluster.nodes[0] === node ? [`route add ${cluster.serviceNetwork} via ${node.address}`] : []),
  ];
}

/** Run inside the node. */
export function nodeLines(cluster: ClusterShape, node: NodeShape): readonly string[] {
  const others = cluster.nodes.filter((other) => other !== node);
  return [
    'link set lo up',
    `address add ${node.address}/${cluster.prefixLength} dev eth0`,
    'link set eth0 up',
    `route add default via ${cluster.address}`,
    ...others.map((other) => `route add ${other.podSubnet} via ${other.address}`),
  ];
}
