/*
 * YAML (and so JSON) from people, within bounds: of size, depth, aliases and documents; a key once; plain data only.
 * Pulls in the parser and nothing else: the agent reads its allow list with it.
 */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isSeq,
  LineCounter,
  type Alias,
  parseAllDocuments,
  type Document,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '#contracts/store';
import { memberPath, quote } from './problems.js';

/** Where something begins in a text, from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Names of members and indices of items. */
export type Path = readonly (string | number)[];

export type LocatedProblem = Problem & Partial<TextPosition>;

export interface YamlLimits {
  readonly maxBytes: number;
  readonly maxDocuments: number;
}

/** A mebibyte is what is kept of one object in a cluster. */
const LIMITS: YamlLimits = { maxBytes: 1_048_576, maxDocuments: 256 };
const MAX_DEPTH = 64;
/** Nodes that all aliases together may stand for. */
const MAX_ALIASES = 1000;
const MAX_PROBLEMS = 32;

export interface YamlDocument {
  /** JSON data; null for an empty document. */
  readonly value: unknown;
  /** Of the value at the path, or of the nearest thing around it that is written. */
  locate(path: Path): TextPosition;
}

export type YamlText =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] };

/** Every document of the text. Never throws. */
export function parseYaml(text: string, limits: Partial<YamlLimits> = {}): YamlText {
  const { maxBytes, maxDocuments } = { ...LIMITS, ...limits };
  if (Buffer.byteLength(text) > maxBytes) return refused(`is larger than ${maxBytes} bytes: split it`);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    stringKeys: true,
    // Compares every two keys: a minute for a mebibyte. `duplicateKeys` does it in one pass.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  if (documents.length > maxDocuments) return refused(`has more than ${maxDocuments} documents: split it`);
  const read = documents.map((document) => readDocument(document, lines));
  const problems = read.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  return { ok: true, documents: read.flatMap((each) => (each.ok ? each.documents : [])) };
}

const refused = (message: string): YamlText => ({ ok: false, problems: [{ path: '', message }] });

function readDocument(document: Document.Parsed, lines: LineCounter): YamlText {
  const locate = (path: Path): TextPosition => position(document, path, lines);
  const wrong = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    path: '',
    message: plain(message),
    ...at(pos[0], lines),
  }));
  if (wrong.length > 0) return { ok: false, problems: wrong.slice(0, MAX_PROBLEMS) };
  const problems: LocatedProblem[] = [];
  check(document.contents, [], { lines, problems, anchors: new Map() });
  if (problems.length > 0) return { ok: false, problems };
  try {
    return {
      ok: true,
      documents: [{ value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, locate }],
    };
  } catch (error) {
    // Aliases of aliases; anchors that are missing.
    return refused(plain(error instanceof Error ? error.message : 'cannot be read'));
  }
}

// The parser's texts quote what it read.
const plain = (message: string): string => quote(message.replaceAll('"', "'")).slice(1, -1);

interface Findings {
  readonly lines: LineCounter;
  readonly problems: LocatedProblem[];
  /** Anchor → where its value ends. */
  readonly anchors: Map<string, number>;
}

function report(findings: Findings, path: Path, message: string, node: unknown): void {
  if (findings.problems.length < MAX_PROBLEMS)
    findings.problems.push({ path: pathText(path), message, ...at(start(node), findings.lines) });
}

// In the order of the text, because an alias means the last anchor before it.
function check(node: unknown, path: Path, findings: Findings): void {
  if (path.length > MAX_DEPTH) {
    report(findings, [], `is nested deeper than ${MAX_DEPTH} levels`, node);
    return;
  }
  if (isAlias(node)) checkAlias(node, path, findings);
  else if (isNode(node) && node.anchor !== undefined) findings.anchors.set(node.anchor, node.range?.[1] ?? 0);
  if (isMap(node)) checkKeys(node, path, findings);
  else if (isSeq(node)) node.items.forEach((item, i) => check(item, [...path, i], findings));
}

// A value that has itself in it never ends.
function checkAlias(alias: Alias, path: Path, findings: Findings): void {
  const end = findings.anchors.get(alias.source) ?? Infinity;
  if (end > (start(alias) ?? 0))
    report(findings, path, 'stands for nothing that was written before it', alias);
}

function checkKeys(map: YAMLMap, path: Path, findings: Findings): void {
  const seen = new Set<string>();
  for (const { key, value } of map.items) {
    const name = String(key);
    const where = [...path, name];
    if (seen.has(name)) report(findings, where, 'is written twice: remove one', key);
    seen.add(name);
    if (isNode(key) && key.anchor !== undefined) findings.anchors.set(key.anchor, key.range?.[1] ?? 0);
    check(value, where, findings);
  }
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : memberPath(text, part)),
    '',
  );
}

function position(document: Document.Parsed, path: Path, lines: LineCounter): TextPosition {
  for (let length = path.length; length > 0; length--) {
    const offset = start(keyOrItem(document, path.slice(0, length)));
    if (offset !== undefined) return at(offset, lines);
  }
  return at(start(document.contents) ?? document.range[0], lines);
}

/** The key of a member, because its value may stand lines below. */
function keyOrItem(document: Document.Parsed, path: Path): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) return parent.items.find((pair) => isPair(pair) && String(pair.key) === last)?.key;
  return isSeq(parent) && typeof last === 'number' ? parent.items[last] : undefined;
}

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function at(offset: number | undefined, lines: LineCounter): TextPosition {
  const { line, col } = lines.linePos(offset ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
