/*
 * Helm over the chart of this checkout, with a home of its own: no plugin or repository of the person is seen.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
export const CHART = join(ROOT, 'helm/memwarden');
export const NAMESPACE = 'memwarden';
export const RELEASE = 'memwarden';
const VALUES = join(import.meta.dirname, '../values');
/** As people call them; 'defaults' is no file. */
export const VALUES_SETS: readonly string[] = [
  'defaults',
  ...readdirSync(VALUES)
    .map((file) => file.replace('.yaml', ''))
    .sort(),
];
const ENDS_WITHIN_MS = 120_000;

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Its stdout. @throws with its stderr as the message */
export function helm(args: readonly string[], input = ''): string {
  const home = mkdtempSync(join(tmpdir(), 'memwarden-helm-'));
  try {
    return execFileSync(program(), args, {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: ENDS_WITHIN_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'], HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home },
    });
  } catch (error) {
    throw new Error(String((error as { stderr?: unknown }).stderr), { cause: error });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** As people do it, into a cluster; without waiting, since nobody runs pods there. */
export function install(kubeconfig: string, set: string, more: readonly string[] = []): string {
  const where = ['--kubeconfig', kubeconfig, '--namespace', NAMESPACE];
  // Without values of its own an upgrade would keep those that it finds.
  return helm([
    'upgrade',
    '--install',
    '--reset-values',
    RELEASE,
    CHART,
    ...where,
    ...valuesArgs(set),
    ...more,
  ]);
}

export function valuesArgs(set: string): readonly string[] {
  return set === 'defaults' ? [] : ['--values', join(VALUES, `${set}.yaml`)];
}

/** What would be applied, as text. `more`: further flags, for example --set. */
export function render(set: string, more: readonly string[] = []): string {
  return helm(['template', RELEASE, CHART, '--namespace', NAMESPACE, ...valuesArgs(set), ...more]);
}

export function objectsOf(text: string): readonly KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

function program(): string {
  const file = process.env['MEMWARDEN_TEST_HELM'];
  if (file === undefined) throw new Error('Run these as the jest project chart: its set-up finds Helm.');
  return file;
}
