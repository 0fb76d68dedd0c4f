/*
 * Helm takes the values that it should, and says of the others what is wrong with them before anything is rendered.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CHART, helm, NAMESPACE, render, valuesArgs, VALUES_SETS } from './support/helm.js';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as JsonSchema;

function openObjects(each: JsonSchema, path: string): readonly string[] {
  const members = Object.entries(each.properties ?? {});
  const below = members.flatMap(([name, child]) => openObjects(child, `${path}.${name}`));
  const items = each.items === undefined ? [] : openObjects(each.items, `${path}[]`);
  const isOpen = members.length > 0 && each.additionalProperties !== false;
  return [...(isOpen ? [path] : []), ...below, ...items];
}

/** What Helm says; empty: it takes them. */
function refusal(set: readonly string[]): string {
  try {
    render('defaults', set);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('helm lint', () => {
  it.each(VALUES_SETS)('has nothing to say against the values %s', (set) => {
    expect(helm(['lint', '--strict', CHART, '--namespace', NAMESPACE, ...valuesArgs(set)])).toContain(
      '0 chart(s) failed',
    );
  });
});

describe('the schema of the values', () => {
  it('names every key of every map', () => {
    expect(openObjects(schema, '')).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['a key that is not there', ['--set', 'controler.replicas=3'], "'controler' not allowed"],
    ['a key that is not there, deeper', ['--set', 'agent.helper.enable=true'], "'enable' not allowed"],
    ['no replica', ['--set', 'controller.replicas=0'], '/controller/replicas'],
    ['a mode that nobody knows', ['--set', 'controller.maxMode=Act'], '/controller/maxMode'],
    ['a mode in lower case', ['--set', 'controller.maxMode=enforce'], '/controller/maxMode'],
    ['a limit of nothing', ['--set', 'controller.limits.perHour=0'], '/controller/limits/perHour'],
    ['a limit as text', ['--set-string', 'controller.limits.perHour=many'], '/controller/limits/perHour'],
    ['a digest that is none', ['--set', 'image.digest=latest'], '/image/digest'],
    ['an image with a space', ['--set', 'image.repository=mem warden'], '/image/repository'],
    ['a pull policy', ['--set', 'image.pullPolicy=Sometimes'], '/image/pullPolicy'],
    ['a relative folder', ['--set', 'agent.stateDir=var/lib/memwarden'], '/agent/stateDir'],
    ['a reading twice a second', ['--set', 'agent.sampleSeconds=0.5'], '/agent/sampleSeconds'],
    ['an act that agents do not have', ['--set-json', 'agent.allow.acts.Kill=[]'], "'Kill' not allowed"],
    [
      'a signal that kills',
      ['--set-json', 'agent.allow.acts.Notify=[{"signals":["SIGKILL"]}]'],
      '/agent/allow/acts/Notify/0/signals/0',
    ],
    [
      'a name that no process has',
      ['--set-json', 'agent.allow.acts.Notify=[{"processes":["longer-than-fifteen"]}]'],
      '/agent/allow/acts/Notify/0/processes/0',
    ],
    [
      'more acts than an agent does',
      ['--set', 'agent.allow.ratePerMinute=601'],
      '/agent/allow/ratePerMinute',
    ],
    ['a Redis that is nowhere', ['--set', 'redis.bundled=false'], '/redis/external'],
    [
      'a Redis with its password in the URL',
      ['--set', 'redis.bundled=false', '--set', 'redis.external.url=redis://:secret@host:6379'],
      '/redis/external/url',
    ],
    [
      'a Redis that speaks HTTP',
      ['--set', 'redis.bundled=false', '--set', 'redis.external.url=https://host'],
      '/redis/external/url',
    ],
    ['certificates that are nowhere', ['--set', 'link.tls=Secret'], '/link/existingSecret'],
    ['a link without TLS', ['--set', 'link.tls=Off'], '/link/tls'],
    ['a duration in words', ['--set', 'link.certManager.duration=ninety days'], '/link/certManager/duration'],
    [
      'an API server at no port',
      ['--set-json', 'networkPolicy.apiServerPorts=[]'],
      '/networkPolicy/apiServerPorts',
    ],
    [
      'a user name that would end a rule',
      ['--set-json', 'admissionPolicy.exemptUsers=["a\'b"]'],
      '/admissionPolicy/exemptUsers/0',
    ],
    ['too small a heap', ['--set', 'controller.heapMiB=16'], '/controller/heapMiB'],
  ])('refuses %s', (_what, set, where) => {
    const said = refusal(set);
    expect(said).toContain("don't meet the specifications of the schema");
    expect(said).toContain(where);
  });

  it('lets a chart be a part of another one', () => {
    expect(refusal(['--set', 'global.imageRegistry=registry.example.com'])).toBe('');
  });

  it('refuses a Kubernetes that is too old for recursive read-only mounts', () => {
    expect(refusal(['--kube-version', '1.32.9'])).toContain('kubeVersion: >=1.33.0-0');
    expect(refusal(['--kube-version', '1.33.0'])).toBe('');
  });
});
