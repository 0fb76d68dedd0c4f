/*
 * Whether policies would be accepted, judged as the controller judges them. Pure.
 */
import { parsePolicyFile, type FiledPolicy, type MemoryPolicy, type Place, type PolicyRejection } from '#api';
import { printable } from '../text/escape.js';
import type { PolicyText } from './sources.js';

type LocatedProblem = PolicyRejection['problems'][number];

export interface PolicyVerdict {
  readonly file: string;
  /** Null: it has none, or no policy could be read. */
  readonly name: string | null;
  readonly accepted: boolean;
  readonly mode?: string;
  readonly reason?: PolicyRejection['reason'];
  readonly problems: readonly LocatedProblem[];
}

export interface Judged {
  readonly verdict: PolicyVerdict;
  /** Null: it is not accepted. */
  readonly object: MemoryPolicy | null;
}

/** All texts are taken as one folder's: a name may be there once. */
export function judge(texts: readonly PolicyText[], place: Place = 'Machine'): PolicyVerdict[] {
  return judgeObjects(texts, place).map(({ verdict }) => verdict);
}

/** With what is accepted. @param place where they are to rule: it says what can be done */
export function judgeObjects(texts: readonly PolicyText[], place: Place): Judged[] {
  const fileOf = new Map<string, string>();
  return texts
    .flatMap((text) => judgeOne(text, place))
    .map((judged) => {
      const { verdict } = judged;
      const { name, file } = verdict;
      const other = name === null ? undefined : fileOf.get(name);
      if (name !== null && other === undefined) fileOf.set(name, file);
      return other === undefined || other === file || !verdict.accepted
        ? judged
        : { verdict: duplicate(verdict, other), object: null };
    });
}

function judgeOne({ file, text, problem }: PolicyText, place: Place): Judged[] {
  const none = (verdict: PolicyVerdict): Judged[] => [{ verdict, object: null }];
  if (text === null) return none(unreadable(file, [{ path: '', message: problem ?? 'it cannot be read' }]));
  const parsed = parsePolicyFile(text, place);
  if (parsed.unreadable !== null) return none(unreadable(file, parsed.unreadable.problems));
  if (parsed.items.length === 0)
    return none(unreadable(file, [{ path: '', message: 'there is no policy in it' }]));
  return parsed.items.map((item) => ({ verdict: verdictOf(file, item), object: item.object }));
}

function verdictOf(file: string, { name, object, rejected }: FiledPolicy): PolicyVerdict {
  if (rejected !== null)
    return { file, name, accepted: false, reason: rejected.reason, problems: rejected.problems };
  return { file, name, accepted: true, ...(object === null ? {} : { mode: object.spec.mode }), problems: [] };
}

function unreadable(file: string, problems: readonly LocatedProblem[]): PolicyVerdict {
  return { file, name: null, accepted: false, reason: 'Unreadable', problems };
}

function duplicate({ file, name }: PolicyVerdict, other: string): PolicyVerdict {
  const message = `${other} has a policy of this name, too: rename or remove one`;
  return { file, name, accepted: false, reason: 'Duplicate', problems: [{ path: 'metadata.name', message }] };
}

/** "file:line:column: path: message", as editors and CI read it. */
export function verdictLines({ file, name, accepted, mode, reason, problems }: PolicyVerdict): string[] {
  const shown = printable(file);
  const who = name === null ? '' : ` ${printable(name)}`;
  if (accepted) return [`${shown}:${who} accepted, ${mode ?? ''}`];
  return problems.map(({ path, message, line, column }) => {
    const at = line === undefined ? '' : `:${line}:${column ?? 1}`;
    const place = path === '' ? '' : ` ${printable(path)}:`;
    return `${shown}${at}:${place} ${printable(message)}${reason === 'Unsupported' ? ' (Unsupported)' : ''}`;
  });
}
