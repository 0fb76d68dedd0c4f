/*
 * What is rendered, kept in snapshots/ to be looked at: all of it for the defaults, and for every other set of values what
 * is different then. With UPDATE_SNAPSHOTS=1 the files are written anew.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { objectsOf, render, VALUES_SETS, type KubeObject } from './support/helm.js';

const CONTEXT_LINES = 2;
const SNAPSHOTS = join(import.meta.dirname, 'snapshots');

/** What is kept under this name; `text` itself where it is to be kept from now on. */
function kept(name: string, text: string): string {
  const file = join(SNAPSHOTS, name);
  if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(file, text);
  return existsSync(file) ? readFileSync(file, 'utf8') : `There is no ${file}: run with UPDATE_SNAPSHOTS=1.`;
}

/** Objects by kind and name, without the CRDs, which are files of their own, and with what is made by chance said so. */
function readable(text: string): ReadonlyMap<string, string> {
  const parts = text
    .split(/^---\n/m)
    .filter((part) => part.includes('kind:') && !/^kind: CustomResourceDefinition$/m.test(part))
    .map((part) =>
      part
        .replaceAll(/(password: |>)[A-Za-z0-9]{40}\b/g, '$1BY-CHANCE')
        .replaceAll(/^ *(helm\.sh\/chart|app\.kubernetes\.io\/(managed-by|part-of|version)):.*\n/gm, '')
        .replaceAll(/^# Source:.*\n/gm, '')
        .replaceAll(/\n{2,}/g, '\n'),
    );
  return new Map(parts.map((part) => [nameIn(part), part] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nameIn(part: string): string {
  const [object] = objectsOf(part);
  return `${object?.kind ?? ''} ${object?.metadata.name ?? ''}`;
}

const whole = (objects: ReadonlyMap<string, string>): string => [...objects.values()].join('---\n');

/** What is gone by name, what is new in full, of the rest the lines that differ. */
function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `gone: ${name}\n`);
  const others = [...after].map(([name, text]) => {
    const old = before.get(name);
    if (old === undefined) return `new: ${name}\n${text}`;
    return old === text ? '' : `changed: ${name}\n${lines(old, text)}`;
  });
  return [...gone, ...others].join('');
}

/** As diff -u says it, without its head. */
function lines(before: string, after: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'memwarden-chart-'));
  try {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(a, before);
    writeFileSync(b, after);
    const { stdout } = spawnSync('diff', [`-U${CONTEXT_LINES}`, a, b], { encoding: 'utf8' });
    return stdout
      .split('\n')
      .slice(2)
      .join('\n')
      .replaceAll(/^@@.*@@$/gm, '@@');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('what is rendered', () => {
  const defaults = readable(render('defaults'));

  it('with the defaults', () => {
    expect(whole(defaults)).toBe(kept('defaults.yaml', whole(defaults)));
  });

  it.each(VALUES_SETS.filter((set) => set !== 'defaults'))(
    'with the values %s, against the defaults',
    (set) => {
      const changed = difference(defaults, readable(render(set)));
      expect(changed).toBe(kept(`${set}.diff`, changed));
    },
  );

  it('has the same under another name', () => {
    const renamed = render('defaults', ['--set', 'fullnameOverride=memory']);
    expect(readable(renamed.replaceAll(/\bmemory-/g, 'memwarden-'))).toEqual(defaults);
  });

  it('has the labels that everything should have', () => {
    const objects = objectsOf(render('everything', ['--set', 'extraLabels.team=infra']));
    const without = objects.filter(({ metadata }) => metadata.labels?.['team'] !== 'infra');
    // What people add is theirs.
    expect(without.map(({ metadata }) => metadata.name)).toEqual(['memwarden-extra', 'plain']);
  });

  it('is the same each time, but for the password', () => {
    expect(readable(render('defaults'))).toEqual(defaults);
  });
});

interface Pod {
  readonly spec: { readonly containers: readonly { readonly command: string[]; readonly args?: string[] }[] };
}

describe('the allow list', () => {
  const config = objectsOf(render('everything')).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'memwarden-agent-allow',
  ) as KubeObject & { data: Record<string, string> };

  it('says to the agent what the values say, also of large uids', () => {
    expect(parse(config.data['allow.yaml'] ?? '')).toEqual({
      version: 1,
      ratePerMinute: 30,
      acts: {
        Notify: [
          { namespaces: ['web', 'shop'], processes: ['cache', 'my prog'], signals: ['SIGUSR2'] },
          { namespaces: ['*'], uids: [1000, 1000650000], ports: [9009, '8000-8099'] },
          { cgroups: ['/system.slice/cache.service'], uids: [0], signals: ['SIGHUP'] },
        ],
      },
    });
  });

  it('says to the helper what it can see for itself, in its own words', () => {
    expect(config.data['helper.allow']).toBe(
      'rate 30\nallow signals=SIGUSR2 comms=cache,my%20prog\nallow signals=SIGHUP uids=0\n',
    );
  });
});

describe('every pod', () => {
  const templates = VALUES_SETS.flatMap((set) =>
    objectsOf(render(set)).flatMap((object) => {
      const { spec } = object as KubeObject & { spec?: { template?: Pod } };
      return spec?.template === undefined ? [] : [spec.template];
    }),
  );

  it('says its command in full: the image may have any entrypoint', () => {
    const commands = templates.flatMap(({ spec }) => spec.containers.map(({ command }) => command[0]));
    expect([...new Set(commands)].sort()).toEqual([
      '/app/native/memwarden-helper',
      '/usr/local/bin/node',
      'redis-server',
    ]);
  });
});
