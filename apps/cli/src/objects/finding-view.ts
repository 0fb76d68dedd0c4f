/*
 * Findings as text: a table of many, one in full. Pure; the clock comes in.
 */
import { conditionOf, isConditionTrue, type MemoryFinding } from '#api';
import { printable } from '../text/escape.js';
import { fields, wrapped, type Field } from '../text/fields.js';
import { cutStart } from '../text/path.js';
import { size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { namespaceColumn } from './namespace-column.js';
import { age, moment, momentAndAge } from '../text/time.js';
import { reasonInWords } from './reasons.js';
import { targetInFull, targetName, workloadName } from './target-name.js';
import type { ViewOptions } from './view-options.js';

type State = 'Suspected' | 'Confirmed' | 'Closed';
const IMPORTANCE: readonly State[] = ['Confirmed', 'Suspected', 'Closed'];

export function findingState({ status }: MemoryFinding): State {
  if (isConditionTrue(status.conditions, 'Closed')) return 'Closed';
  return isConditionTrue(status.conditions, 'Confirmed') ? 'Confirmed' : 'Suspected';
}

/** Confirmed first, then the largest. */
export function inOrder(findings: readonly MemoryFinding[]): MemoryFinding[] {
  const rank = (one: MemoryFinding): number => IMPORTANCE.indexOf(findingState(one));
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (b.status.bytes ?? 0) - (a.status.bytes ?? 0) || byName(a, b),
  );
}

function byName(a: MemoryFinding, b: MemoryFinding): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

export function findingTable(findings: readonly MemoryFinding[], options: ViewOptions): string[] {
  const severalNodes = new Set(findings.map(({ spec }) => spec.target.node)).size > 1;
  const columns: Column<MemoryFinding>[] = [
    ...namespaceColumn<MemoryFinding>(options),
    { title: 'FINDING', text: ({ metadata }) => printable(metadata.name) },
    ...(severalNodes
      ? [{ title: 'NODE', text: (one: MemoryFinding) => printable(one.spec.target.node), least: 8 }]
      : []),
    { title: 'TARGET', text: ({ spec }) => targetName(spec.target), least: 14, cut: cutStart },
    { title: 'AGE', text: ({ status }) => age(status.firstSeen, options.nowMs), align: 'right' },
    { title: 'HOLDS', text: ({ status }) => size(status.bytes), align: 'right' },
    { title: 'SHARE', text: share, align: 'right' },
    ...(options.isWide === true ? wideColumns(options) : []),
    { title: 'STATE', text: stateInWords, least: 16, wraps: true },
  ];
  return table(findings, columns, options.columns);
}

function wideColumns({ nowMs }: ViewOptions): Column<MemoryFinding>[] {
  return [
    { title: 'POLICY', text: ({ spec }) => printable(spec.policyRef.name) },
    { title: 'DETECTOR', text: ({ spec }) => printable(spec.detector) },
    { title: 'WORKLOAD', text: ({ spec }) => workloadName(spec.target) },
    { title: 'LAST SEEN', text: ({ status }) => age(status.lastSeen, nowMs), align: 'right' },
  ];
}

function share({ status }: MemoryFinding): string {
  return status.percent === undefined ? '–' : roundedDown(status.percent);
}

/** Never reads as a mark that was not reached. */
function roundedDown(percent: number): string {
  return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
}

/** The state, and what keeps it there: the cleanup, or the rule that said no. */
function stateInWords(finding: MemoryFinding): string {
  const state = findingState(finding);
  const { decision, conditions } = finding.status;
  if (state === 'Closed') return `closed: ${reasonInWords(conditionOf(conditions, 'Closed')?.reason)}`;
  const why = decision === undefined ? '' : `: ${reasonInWords(decision.reason)}`;
  return `${state.toLowerCase()}${state === 'Confirmed' ? why : ''}`;
}

export function findingInFull(finding: MemoryFinding, options: ViewOptions): string[] {
  const { metadata, spec, status } = finding;
  const list: Field[] = [
    ['state', stateInWords(finding)],
    ['target', targetInFull(spec.target)],
    ['holds', holds(finding)],
    ['first seen', momentAndAge(status.firstSeen, options.nowMs)],
    ['last seen', momentAndAge(status.lastSeen, options.nowMs)],
    [
      'exhausted',
      status.exhaustion === undefined ? undefined : momentAndAge(status.exhaustion, options.nowMs),
    ],
    ['policy', `${printable(spec.policyRef.name)}, generation ${spec.policyRef.generation}`],
    ['detector', `${printable(spec.detector)} (${printable(spec.type)}, ${printable(spec.class)})`],
    ['decision', decisionOf(finding, options)],
    ['cleanups', cleanupsOf(finding)],
  ];
  return [printable(metadata.name), ...fields(list, options.columns), ...evidenceOf(finding, options)];
}

function holds({ status }: MemoryFinding): string {
  const limit = status.limitBytes === undefined ? '' : ` of ${size(status.limitBytes)}`;
  const percent = status.percent === undefined ? '' : `, ${roundedDown(status.percent)}${limit}`;
  return `${size(status.bytes)}${percent} (${status.quality.toLowerCase()})`;
}

function decisionOf({ status }: MemoryFinding, { nowMs }: ViewOptions): string | undefined {
  const { decision } = status;
  if (decision === undefined) return undefined;
  return `${printable(decision.kind)}, rule ${printable(decision.reason)}: ${printable(decision.message)}\n${momentAndAge(decision.at, nowMs)}`;
}

function cleanupsOf({ status }: MemoryFinding): string {
  if (status.cleanupRef === undefined) return 'none yet';
  const name = printable(status.cleanupRef.name);
  const count = status.cleanups === 1 ? '1' : `${status.cleanups}, the newest`;
  return `${count}: memwarden cleanups ${name}`;
}

const INDENT = '  ';

function evidenceOf({ status }: MemoryFinding, { columns }: ViewOptions): string[] {
  if (status.evidence.length === 0) return [];
  const lines = status.evidence.flatMap(({ type, at, message }) => [
    `${INDENT}${moment(at)}  ${printable(type)}`,
    ...wrapped(printable(message), columns - 2 * INDENT.length).map((line) => `${INDENT}${INDENT}${line}`),
  ]);
  return ['', 'evidence', ...lines];
}
