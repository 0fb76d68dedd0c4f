import { describe, expect, it } from '@jest/globals';
import type { NodePod } from '#contracts/cluster';
import { NotFound, Unavailable } from '#contracts/errors';
import { PodBook } from '../attribute/pod-book.js';
import { optInOfProcess } from './opt-ins.js';
import { optInOfPod, PodsHere, refusalByOwner } from './pods-here.js';
import { NO_OPT_IN, type OptIn } from './process-text.js';

const ID = 'f'.repeat(64);

function pod(more: Partial<NodePod> = {}): NodePod {
  return {
    namespace: 'team-a',
    name: 'web',
    uid: 'u1',
    isStatic: false,
    containers: [{ name: 'main', id: ID }],
    workload: null,
    labels: {},
    annotations: {},
    ...more,
  };
}

function here(given: NodePod, ...paths: string[]) {
  const book = new PodBook();
  book.podsChanged([given]);
  const cgroups = (paths.length === 0 ? [`/kubepods/podu1/${ID}`] : paths).map((path) => ({ path }));
  return new PodsHere(book, 'memwarden').of(cgroups);
}

function says(annotations: Record<string, string>): OptIn {
  const keys = Object.entries(annotations).map(([key, value]) => [`memwarden.dev/${key}`, value]);
  return optInOfPod(here(pod({ annotations: Object.fromEntries(keys) as Record<string, string> })));
}

describe('the pod of a process', () => {
  it('is the one of its cgroups, whatever the other hierarchies say', () => {
    expect(here(pod(), '/', `/kubepods/podu1/${ID}`, '/system.slice/x')?.pod?.name).toBe('web');
    expect(here(pod(), '/', '/user.slice')).toBeNull();
  });

  it.each([
    ['another pod', ['/kubepods/podu2/c']],
    ['two pods at once', [`/kubepods/podu1/${ID}`, '/kubepods/podu2/c']],
    ['what reads as no pod', ['/kubepods/something']],
    ['a pod outside the namespace', [`/../kubepods/podu1/${ID}`]],
  ])('is not known for %s', (_, paths) => {
    expect(here(pod(), ...paths)).toEqual({ pod: null, isInfrastructure: false });
  });

  it.each([
    [{ namespace: 'kube-system' }, true],
    [{ namespace: 'memwarden' }, true],
    [{ isStatic: true }, true],
    [{ namespace: 'kube-system-2' }, false],
  ])('%j: infrastructure %j', (more, isInfrastructure) => {
    expect(here(pod(more))?.isInfrastructure).toBe(isInfrastructure);
  });
});

describe('memwarden.dev/protected', () => {
  it.each([
    ['true', 'Protected'],
    ['yes', 'Protected'],
    ['', 'Protected'],
    ['false', undefined],
  ])('%j', (value, reason) => {
    expect(refusalByOwner(here(pod({ labels: { 'memwarden.dev/protected': value } })))?.reason).toBe(reason);
  });

  it('is said by nobody outside pods, and by no other label', () => {
    expect(refusalByOwner(null)).toBeNull();
    expect(refusalByOwner(here(pod({ labels: { 'memwarden.dev/protecte': 'true' } })))).toBeNull();
  });
});

describe('the opt-in of a pod', () => {
  it('is by its annotations', () => {
    expect(says({ 'notify-signal': 'SIGUSR2' })).toEqual({ ...NO_OPT_IN, signal: 'SIGUSR2' });
    expect(says({ 'notify-port': '9400', 'notify-path': '/free' })).toEqual({
      signal: null,
      port: 9400,
      path: '/free',
    });
    expect(says({})).toEqual(NO_OPT_IN);
    expect(optInOfPod(null)).toEqual(NO_OPT_IN);
  });

  it.each([
    [{ 'notify-port': '0' }],
    [{ 'notify-port': '65536' }],
    [{ 'notify-port': '80 80' }],
    [{ 'notify-port': '80', 'notify-path': 'http://169.254.169.254/' }],
    [{ 'notify-port': '80', 'notify-path': '/a HTTP/1.1\r\nHost: x' }],
  ])('is none with %j', (annotations) => {
    expect(says(annotations).port).toBeNull();
  });

  const ofPod = here(pod({ annotations: { 'memwarden.dev/notify-signal': 'SIGUSR2' } }));
  const reading = (own: () => Promise<OptIn>) =>
    optInOfProcess({ optIn: own }, { pid: 7, startTimeTicks: 1 }, ofPod);

  it('goes behind what the process says itself', async () => {
    const own = { signal: 'SIGHUP', port: 80, path: '/x' };
    expect(await reading(() => Promise.resolve(own))).toEqual(own);
    expect(await reading(() => Promise.resolve({ ...own, signal: null }))).toEqual({
      ...own,
      signal: 'SIGUSR2',
    });
  });

  it('stands where the process may not be asked, but not where it is gone', async () => {
    const denied = () => Promise.reject(new Unavailable('EACCES'));
    expect((await reading(denied)).signal).toBe('SIGUSR2');
    await expect(
      optInOfProcess({ optIn: denied }, { pid: 7, startTimeTicks: 1 }, here(pod())),
    ).rejects.toThrow(Unavailable);
    await expect(reading(() => Promise.reject(new NotFound('gone')))).rejects.toThrow(NotFound);
  });
});
