/*
 * Where everything of one test cluster is, as pure arithmetic over its name and number: addresses, folders, cgroups, links. Two clusters
 * with different numbers share nothing, so whatever bears these names belongs to this cluster and may be removed with it.
 */
import { join } from 'node:path';
import { InvalidValue } from '#contracts/errors';

/** The second byte of the first cluster's 10.x/16. */
const FIRST_NETWORK = 77;
/** As many as one machine can bear. */
export const MOST_CLUSTERS = 8;
const NODES = ['node-a', 'node-b'];

export interface NodeShape {
  readonly name: string;
  /** IPv4, on the cluster's bridge. */
  readonly address: string;
  readonly podSubnet: string;
  readonly podGateway: string;
  readonly folder: string;
  /** Below every hierarchy; the node's own cgroup namespace calls it "/". */
  readonly cgroup: string;
  /** The bridge's end of the node's cable. */
  readonly link: string;
}

export interface ClusterShape {
  readonly name: string;
  readonly index: number;
  readonly folder: string;
  readonly cgroup: string;
  readonly bridge: string;
  /** The machine itself on the bridge: API server and DNS listen here. */
  readonly address: string;
  readonly prefixLength: number;
  readonly apiPort: number;
  /** On the loopback: etcd asks nobody who he is. */
  readonly etcdAddress: string;
  readonly podNetwork: string;
  readonly serviceNetwork: string;
  /** Addresses that stand in objects only. */
  readonly pretendedPodNetwork: string;
  /** The first of the services' network: Kubernetes itself takes it. */
  readonly apiServiceAddress: string;
  readonly dnsServiceAddress: string;
  readonly domain: string;
  readonly nodes: readonly NodeShape[];
}

/** @throws {InvalidValue} for a name that does not fit into the name of a folder or cgroup */
export function clusterShape(name: string, index: number, runFolder: string): ClusterShape {
  if (!/^[a-z][a-z0-9-]{0,20}$/u.test(name))
    throw new InvalidValue(
      `A cluster's name is 1 to 21 of a-z, 0-9 and "-", starting with a letter, not "${name}".`,
    );
  if (!Number.isInteger(index) || index < 0 || index >= MOST_CLUSTERS)
    throw new InvalidValue(`A cluster's number is 0 to ${MOST_CLUSTERS - 1}, not ${index}.`);
  const network = `10.${FIRST_NETWORK + index}`;
  const shape = {
    name,
    index,
    folder: join(runFolder, name),
    cgroup: `memwarden-cluster-${name}`,
    bridge: `mwc${index}`,
    address: `${network}.0.1`,
    prefixLength: 24,
    apiPort: 6443,
    etcdAddress: `127.${FIRST_NETWORK}.${index}.1`,
    podNetwork: `${network}.16.0/20`,
    serviceNetwork: `${network}.96.0/20`,
    pretendedPodNetwork: `${network}.128.0/17`,
    apiServiceAddress: `${network}.96.1`,
    dnsServiceAddress: `${network}.96.10`,
    domain: 'cluster.local',
  };
  return { ...shape, nodes: NODES.map((node, at) => nodeShape(node, at + 1, shape)) };
}

function nodeShape(name: string, number: number, cluster: Omit<ClusterShape, 'nodes'>): NodeShape {
  const network = cluster.address.split('.').slice(0, 2).join('.');
  return {
    name,
    address: `${network}.0.${10 + number}`,
    podSubnet: `${network}.${16 + number}.0/24`,
    podGateway: `${network}.${16 + number}.1`,
    folder: join(cluster.folder, name),
    cgroup: join(cluster.cgroup, name),
    link: `${cluster.bridge}-${name}`,
  };
}
