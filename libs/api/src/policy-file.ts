/*
 * Policies as people write them: one file, one or several documents, each judged for itself.
 */
import type { SourcedPolicy } from '#contracts/store';
import type { MemoryPolicy } from './gen/types.js';
import { isObject, member } from './schema.js';
import { unsupportedIn, type Place } from './unsupported.js';
import { validatePolicy } from './validation.js';
import {
  parseYaml,
  type LocatedProblem,
  type Path,
  type TextPosition,
  type YamlDocument,
} from './yaml-text.js';

export interface PolicyRejection {
  readonly reason: NonNullable<SourcedPolicy<MemoryPolicy>['rejected']>['reason'];
  readonly problems: readonly LocatedProblem[];
}

/** One policy of a file. Either it was taken or it was rejected. */
export interface FiledPolicy {
  /** As it is written; null: it has none. */
  readonly name: string | null;
  readonly at: TextPosition;
  /** With its defaults. Null when it was rejected. */
  readonly object: MemoryPolicy | null;
  readonly rejected: PolicyRejection | null;
}

/** Null `unreadable`: the text is YAML or JSON, and every object of it is in `items`. */
export interface PolicyFile {
  readonly items: readonly FiledPolicy[];
  readonly unreadable: PolicyRejection | null;
}

/**
 * Never throws. A List (kubectl get -o yaml) is as good as its items; empty documents are no policies.
 * @param place where they are to rule: it says what can be done
 */
export function parsePolicyFile(text: string, place: Place = 'Machine'): PolicyFile {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { items: [], unreadable: { reason: 'Unreadable', problems: parsed.problems } };
  const found = parsed.documents.flatMap((document) =>
    objectsOf(document).map((each) => ({ ...each, document })),
  );
  const seen = new Set<string>();
  const items = found.map((each) => {
    const filed = judge(each, place);
    return filed.name !== null && seen.size === seen.add(filed.name).size ? duplicate(filed) : filed;
  });
  return { items, unreadable: null };
}

interface Found {
  readonly value: unknown;
  readonly path: Path;
  readonly document: YamlDocument;
}

function objectsOf({ value }: YamlDocument): readonly { readonly value: unknown; readonly path: Path }[] {
  if (value === null || value === undefined) return [];
  const items = isObject(value) && isList(member(value, 'kind')) ? member(value, 'items') : undefined;
  if (!Array.isArray(items)) return [{ value, path: [] }];
  return items.map((item: unknown, i) => ({ value: item, path: ['items', i] }));
}

const isList = (kind: unknown): boolean => kind === 'List' || kind === 'MemoryPolicyList';

function judge({ value, path, document }: Found, place: Place): FiledPolicy {
  const filed = { name: nameIn(value), at: document.locate(path) };
  const validated = validatePolicy(value);
  const problems = validated.ok ? unsupportedIn(validated.object, place) : validated.problems;
  if (validated.ok && problems.length === 0) return { ...filed, object: validated.object, rejected: null };
  const located = problems.map((problem) => ({
    ...problem,
    ...document.locate([...path, ...partsOf(problem.path)]),
  }));
  return {
    ...filed,
    object: null,
    rejected: { reason: validated.ok ? 'Unsupported' : 'Invalid', problems: located },
  };
}

function nameIn(value: unknown): string | null {
  const metadata = isObject(value) ? member(value, 'metadata') : undefined;
  const name = isObject(metadata) ? member(metadata, 'name') : undefined;
  return typeof name === 'string' ? name : null;
}

function duplicate(filed: FiledPolicy): FiledPolicy {
  const message = 'another policy of this file has the same name: rename or remove one';
  const problems = [{ path: 'metadata.name', message, ...filed.at }];
  return { ...filed, object: null, rejected: { reason: 'Duplicate', problems } };
}

const PART = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g;

/** `spec.a[0]["b c"]` → ['spec', 'a', 0, 'b c']. A part that was cut is not found, and what is around it is. */
function partsOf(path: string): Path {
  return Array.from(path.matchAll(PART), ([, index, quoted, name = '']) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? name : (JSON.parse(quoted) as string);
  });
}
