import { describe, expect, it } from '@jest/globals';
import { distinguishedName } from '../certificates.js';
import { clusterShape } from '../shape.js';
import { cniConfig, containerdConfig } from './containerd.js';
import { controlPlane } from './control-plane.js';
import { corefile, dnsObjects } from './coredns.js';
import { daemonCgroup, daemonId, type Daemon } from './daemon.js';
import { kubeconfig } from './kubeconfig.js';
import { kubeletConfig } from './kubelet.js';
import { nodeDaemons } from './node-daemons.js';
import { clients, servers } from './subjects.js';

const cluster = clusterShape('x', 0, '/run');
const [node] = cluster.nodes;
const NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'coredns',
  'containerd',
  'kubelet',
  'kube-proxy',
];
const programs = Object.fromEntries(NAMES.map((name) => [name, `/bin/${name}`]));
const daemons = [
  ...controlPlane(cluster, programs),
  ...cluster.nodes.flatMap((each) => nodeDaemons(cluster, each, programs)),
];

function argsOf(name: string): readonly string[] {
  return daemons.find((each) => each.name === name)!.args;
}

describe('the daemons', () => {
  it('have cgroups and names of their own', () => {
    const count = (of: (daemon: Daemon) => string): number => new Set(daemons.map(of)).size;
    expect(count((daemon) => daemonCgroup(cluster, daemon))).toBe(daemons.length);
    expect(count(daemonId)).toBe(daemons.length);
  });

  it('authorise and admit as production does', () => {
    expect(argsOf('kube-apiserver')).toEqual(
      expect.arrayContaining([
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
      ]),
    );
    expect(argsOf('kube-apiserver').join(' ')).not.toContain('disable-admission');
  });

  it('listen to nobody but this machine and its nodes', () => {
    expect(argsOf('kube-apiserver')).toContain('--bind-address=10.77.0.1');
    expect(argsOf('etcd')).toContain('--listen-client-urls=http://127.77.0.1:2379');
    expect(argsOf('kube-scheduler')).toContain('--secure-port=0');
    expect(corefile(cluster)).toContain('bind 10.77.0.1\n');
  });
});

describe('certificates', () => {
  it('name a node as the Node authorizer wants it', () => {
    const kubelet = clients(cluster).find(({ name }) => name === 'kubelet-node-b')!;
    expect(distinguishedName(kubelet)).toBe('/O=system:nodes/CN=system:node:node-b');
    expect(kubelet.alternatives).toContain('IP:10.77.0.12');
  });

  it('name the API server by every address that it is called by', () => {
    const { alternatives } = servers(cluster).find(({ name }) => name === 'kube-apiserver')!;
    expect(alternatives).toEqual(
      expect.arrayContaining(['IP:10.77.0.1', 'IP:10.77.96.1', 'DNS:kubernetes.default.svc']),
    );
  });

  it('are those of the kubeconfig’s user', () => {
    expect(JSON.stringify(kubeconfig(cluster, 'admin'))).toContain('/run/x/pki/admin.crt');
  });
});

describe('a node', () => {
  it('resolves names through the Service of DNS', () => {
    expect(kubeletConfig(cluster, node!)).toMatchObject({
      clusterDNS: ['10.77.96.10'],
      clusterDomain: 'cluster.local',
    });
    expect(JSON.stringify(dnsObjects(cluster))).toContain('"clusterIP":"10.77.96.10"');
  });

  it('gives its pods addresses of its own subnet', () => {
    expect(JSON.stringify(cniConfig(cluster, node!))).toContain('"subnet":"10.77.17.0/24"');
  });

  it('quotes paths for TOML', () => {
    expect(containerdConfig(node!, { shim: '/a "b"/shim', runc: '/runc' })).toContain(
      'runtime_path = "/a \\"b\\"/shim"',
    );
  });
});
