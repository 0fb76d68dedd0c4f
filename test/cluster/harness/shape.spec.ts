import { describe, expect, it } from '@jest/globals';
import { clusterShape, MOST_CLUSTERS, type ClusterShape } from './shape.js';

const MOST_LINK_CHARACTERS = 15; // IFNAMSIZ - 1

const all = Array.from({ length: MOST_CLUSTERS }, (_, index) => clusterShape(`c${index}`, index, '/run'));
const own = ({
  address,
  etcdAddress,
  podNetwork,
  serviceNetwork,
  bridge,
  cgroup,
  folder,
  nodes,
}: ClusterShape): string[] => [
  ...[address, etcdAddress, podNetwork, serviceNetwork, bridge, cgroup, folder],
  ...nodes.flatMap((node) => [
    node.address,
    node.podSubnet,
    node.podGateway,
    node.link,
    node.cgroup,
    node.folder,
  ]),
];

describe('clusterShape', () => {
  it('gives two clusters nothing in common', () => {
    const everything = all.flatMap(own);
    expect(new Set(everything).size).toBe(everything.length);
  });

  it('keeps link names within what the kernel takes', () => {
    const links = all.flatMap(({ bridge, nodes }) => [bridge, ...nodes.map(({ link }) => link)]);
    expect(links.filter((link) => link.length > MOST_LINK_CHARACTERS)).toEqual([]);
  });

  it('puts the pods of each node inside the network of all pods', () => {
    const { podNetwork, nodes } = clusterShape('x', 0, '/run');
    expect(podNetwork).toBe('10.77.16.0/20');
    expect(nodes.map(({ podSubnet }) => podSubnet)).toEqual(['10.77.17.0/24', '10.77.18.0/24']);
  });

  it.each(['', 'A', '../x', 'a/b', '1a', 'a'.repeat(22)])('refuses the name %j', (name) => {
    expect(() => clusterShape(name, 0, '/run')).toThrow('A cluster’s name'.replace('’', "'"));
  });

  it.each([-1, MOST_CLUSTERS, 1.5])('refuses the number %d', (index) => {
    expect(() => clusterShape('a', index, '/run')).toThrow("A cluster's number");
  });
});
