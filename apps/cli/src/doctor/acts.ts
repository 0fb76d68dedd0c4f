/*
 * What `doctor` says of acts: policies, the allow list, the stop file, the journal. Only from files, so that it works
 * with everything dead; what holds in the end is what the agent says (`memwarden mode`).
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseYaml } from '#api';
import { STATE_FILES, runningFile } from '../local/state-dir.js';
import { stopFileIn } from '../local/stop-file.js';
import { policyTexts } from '../policies/sources.js';
import { judge } from '../policies/verdict.js';
import { printable } from '../text/escape.js';
import { size } from '../text/size.js';
import type { Examination, Patient } from './examination.js';

const WRITABLE_BY_OTHERS = 0o002;
/** The agent's own file in its folder. */
const JOURNAL = 'orders.journal';

export async function policies({ stateDir }: Patient): Promise<Examination> {
  const subject = 'policies';
  const folder = await policiesFolder(stateDir);
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true)
    return { state: 'ok', subject, found: `none: ${folder} is not there yet` };
  const texts = await policyTexts([folder], Readable.from([]));
  const [first] = texts;
  if (first?.file === folder)
    return { state: 'ok', subject, found: `none in ${folder}: ${first.problem ?? 'it is no folder'}` };
  const verdicts = judge(texts);
  const refused = verdicts.filter(({ accepted }) => !accepted).length;
  const found = `${verdicts.length - refused} accepted in ${folder}`;
  if (refused === 0) return { state: 'ok', subject, found };
  const next = `memwarden policies validate ${folder}`;
  return { state: 'warning', subject, found: `${found}, ${refused} refused`, next: `Why: ${next}` };
}

/** The one that the local mode which runs was told, else the state dir's own. */
async function policiesFolder(stateDir: string): Promise<string> {
  const ours = join(stateDir, STATE_FILES.policies);
  try {
    const { policies: named } = JSON.parse(await readFile(runningFile(stateDir), 'utf8')) as {
      policies?: unknown;
    };
    return typeof named === 'string' ? named : ours;
  } catch {
    return ours;
  }
}

export async function allowList({ stateDir }: Patient): Promise<Examination> {
  const file = join(stateDir, STATE_FILES.allow);
  const subject = 'allow list';
  try {
    const { mode } = await stat(file);
    const text = await readFile(file, 'utf8');
    const trouble = (mode & WRITABLE_BY_OTHERS) === 0 ? null : 'everybody may write into it';
    return allowListFound(file, text, trouble);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { state: 'ok', subject, found: `none yet; local mode makes ${file}` };
    return noActs(file, (error as Error).message);
  }
}

/** Pure. As much as a person wants to know at once; the agent reads every word. */
export function allowListFound(file: string, text: string, trouble: string | null): Examination {
  const parsed = parseYaml(text);
  const [problem] = parsed.ok ? [] : parsed.problems;
  if (trouble !== null || problem !== undefined) return noActs(file, trouble ?? problem?.message ?? '');
  const value = parsed.ok ? parsed.documents[0]?.value : undefined;
  const { version, acts } = (value ?? {}) as { version?: unknown; acts?: { Notify?: unknown } | null };
  if (version !== 1) return noActs(file, 'it must begin with "version: 1"');
  const entries = Array.isArray(acts?.Notify) ? acts.Notify.length : 0;
  if (entries > 0)
    return {
      state: 'ok',
      subject: 'allow list',
      found: `${entries} ${entries === 1 ? 'entry' : 'entries'} in ${file}`,
    };
  return {
    state: 'warning',
    subject: 'allow list',
    found: `${file} allows nobody, so nothing is done`,
    next: 'Its comments say how to name a user.',
  };
}

function noActs(file: string, problem: string): Examination {
  return {
    state: 'warning',
    subject: 'allow list',
    found: `${file} cannot be used, so nothing is done: ${printable(problem)}`,
    next: 'Correct it; it is read again by itself. To begin anew, move it away and start local mode again.',
  };
}

export async function stopFile({ stateDir }: Patient): Promise<Examination> {
  const subject = 'stop file';
  const file = stopFileIn(stateDir);
  const found = await stat(file).catch(() => null);
  if (found === null) return { state: 'ok', subject, found: 'not there' };
  const since = found.mtime.toISOString();
  return {
    state: 'warning',
    subject,
    found: `${file} since ${since}: nothing is done`,
    next: 'memwarden stop --remove',
  };
}

export async function journal({ stateDir }: Patient): Promise<Examination> {
  const subject = 'journal';
  const file = join(stateDir, STATE_FILES.history, JOURNAL);
  const found = await stat(file).catch(() => null);
  return found === null
    ? { state: 'ok', subject, found: 'none yet; the agent makes it' }
    : { state: 'ok', subject, found: `${size(found.size)} in ${file}` };
}
