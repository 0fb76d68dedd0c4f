/*
 * Policies as text: a table of many, one in full with what it rules and why not. Pure; the clock comes in.
 */
import { conditionOf, isConditionTrue, type LadderStep, type MemoryPolicy } from '#api';
import { printable } from '../text/escape.js';
import { fields, type Field } from '../text/fields.js';
import { size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { momentAndAge } from '../text/time.js';
import { actInWords } from './cleanup-view.js';
import type { ViewOptions } from './view-options.js';
import { reasonInWords } from './reasons.js';

/** Which file or object a policy comes from. */
const SOURCE = 'memwarden.dev/source';

/** As the controller asks them: the lowest precedence first. */
export function inPrecedence(policies: readonly MemoryPolicy[]): MemoryPolicy[] {
  const rank = ({ spec }: MemoryPolicy): number => specOf(spec)?.matchingPrecedence ?? Infinity;
  return [...policies].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

/** One that was never valid comes without a spec, or with an empty one. */
function specOf(spec: Partial<MemoryPolicy['spec']> | undefined): MemoryPolicy['spec'] | null {
  return spec?.mode === undefined ? null : (spec as MemoryPolicy['spec']);
}

export function isAccepted({ status }: MemoryPolicy): boolean {
  return conditionOf(status?.conditions, 'Accepted')?.status !== 'False';
}

export function policyTable(policies: readonly MemoryPolicy[], options: ViewOptions): string[] {
  const columns: Column<MemoryPolicy>[] = [
    { title: 'POLICY', text: ({ metadata }) => printable(metadata.name), least: 12 },
    { title: 'MODE', text: ({ spec }) => specOf(spec)?.mode ?? '–' },
    { title: 'RANK', text: ({ spec }) => String(specOf(spec)?.matchingPrecedence ?? '–'), align: 'right' },
    { title: 'TARGETS', text: ({ status }) => String(status?.rules?.pods ?? '–'), align: 'right' },
    { title: 'ACTED/DAY', text: ({ status }) => String(status?.lastDay?.acted ?? '–'), align: 'right' },
    {
      title: 'FREED',
      text: ({ status }) => (status?.lastDay === undefined ? '–' : size(status.lastDay.freedBytes)),
      align: 'right',
    },
    ...(options.isWide === true ? WIDE : []),
    { title: 'STATE', text: stateInWords, least: 20, wraps: true },
  ];
  return table(policies, columns, options.columns);
}

const WIDE: readonly Column<MemoryPolicy>[] = [
  { title: 'AGENTS', text: agentsInWords, align: 'right' },
  { title: 'GENERATION', text: ({ metadata }) => String(metadata.generation ?? '–'), align: 'right' },
];

/** Those that know it, of those that are connected. */
function agentsInWords({ status }: MemoryPolicy): string {
  const { agents } = status ?? {};
  return agents === undefined ? '–' : `${agents.updated}/${agents.desired}`;
}

function stateInWords(policy: MemoryPolicy): string {
  const { conditions } = policy.status ?? {};
  const accepted = conditionOf(conditions, 'Accepted');
  if (accepted?.status === 'False') {
    const last = isConditionTrue(conditions, 'InForce') ? 'last edit refused' : 'refused';
    return `${last}: ${reasonInWords(accepted.reason)}`;
  }
  const shadowed = policy.status?.rules?.shadowed ?? 0;
  if (shadowed > 0) return `in force, ${shadowed} ruled by others`;
  return inForceInWords(policy);
}

function inForceInWords({ spec, status }: MemoryPolicy): string {
  const known = specOf(spec);
  if (known?.paused === true) return 'paused';
  const enforcing = conditionOf(status?.conditions, 'Enforcing');
  if (known?.mode === 'Enforce' && enforcing?.status === 'False')
    return `does not act: ${reasonInWords(enforcing.reason)}`;
  if (status?.rules?.pods === 0) return 'in force, nothing here matches';
  return `in force${onlyRefused(status)}`;
}

/** Why one that tries never does anything. */
function onlyRefused(status: MemoryPolicy['status']): string {
  const { acted = 0, refused = [] } = status?.lastDay ?? {};
  const [most] = [...refused].sort((a, b) => b.count - a.count);
  return acted > 0 || most === undefined ? '' : `, but refused: ${reasonInWords(most.reason)}`;
}

export function policyInFull(policy: MemoryPolicy, options: ViewOptions): string[] {
  const { metadata, status } = policy;
  const spec = specOf(policy.spec);
  const list: Field[] = [
    ['state', stateInWords(policy)],
    ['from', source(policy)],
    ['generation', metadata.generation === undefined ? undefined : String(metadata.generation)],
    ...(spec === null ? [] : rules(spec)),
    ['rules', targets(policy)],
    ['last day', lastDay(policy)],
  ];
  const conditions = (status?.conditions ?? []).map(
    ({ type, status: is, reason, message, lastTransitionTime }): Field => [
      printable(type).toLowerCase(),
      `${is}, ${printable(reason)}${message === '' ? '' : `: ${printableLines(message)}`}\nsince ${momentAndAge(lastTransitionTime, options.nowMs)}`,
    ],
  );
  const title = conditions.length === 0 ? [] : ['', 'conditions'];
  return [
    printable(metadata.name),
    ...fields(list, options.columns),
    ...title,
    ...fields(conditions, options.columns),
  ];
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function source({ metadata }: MemoryPolicy): string | undefined {
  const file = metadata.annotations?.[SOURCE];
  return file === undefined ? undefined : printable(file);
}

function rules(spec: MemoryPolicy['spec']): Field[] {
  const names = spec.match.processes?.names.map(printable).join(', ');
  return [
    ['mode', `${spec.mode}${spec.paused ? ', paused' : ''}, precedence ${spec.matchingPrecedence}`],
    ['match', names === undefined ? printable(JSON.stringify(spec.match)) : `processes ${names}`],
    ...spec.detectors.map((detector): Field => ['detector', detectorInWords(detector)]),
    ...spec.actions.map((action): Field => [
      'action',
      `${action.detectors.map(printable).join(', ')}: ${action.ladder.map(stepInWords).join('; then ')}\ncooldown ${action.cooldownSeconds} s, ends after ${action.maxIneffective} ineffective, priority ${action.queuePriority}`,
    ]),
    ...spec.windows.map(({ schedule, durationSeconds, timeZone }): Field => [
      'window',
      `${printable(schedule)} for ${durationSeconds} s, ${printable(timeZone)}`,
    ]),
  ];
}

function detectorInWords({ name, type, pressure }: MemoryPolicy['spec']['detectors'][number]): string {
  const head = `${printable(name)} (${printable(type)})`;
  if (pressure === undefined) return head;
  const { signal, percentOfLimit, clearPercent, forSeconds } = pressure;
  return `${head}: ${signal} ≥ ${percentOfLimit} % for ${forSeconds} s, over below ${clearPercent} %`;
}

function stepInWords(step: LadderStep): string {
  return `${actInWords(step)} and measure after ${step.verifyAfterSeconds} s (${printable(String(step.minFreed))} wanted)`;
}

function targets({ status }: MemoryPolicy): string | undefined {
  const { rules: ruled } = status ?? {};
  if (ruled === undefined) return undefined;
  const others = ruled.shadowedBy.map(printable).join(', ');
  const shadowed = ruled.shadowed === 0 ? '' : `; ${ruled.shadowed} more are ruled by ${others}`;
  return `${ruled.pods} target${ruled.pods === 1 ? '' : 's'}${shadowed}`;
}

function lastDay({ status }: MemoryPolicy): string | undefined {
  if (status?.lastDay === undefined) return undefined;
  const { wouldAct, acted, freedBytes, refused } = status.lastDay;
  const no = refused.map(({ reason, count }) => `${count} refused (${reasonInWords(reason)})`);
  return [`acted ${acted}, freed ${size(freedBytes)}`, `would have acted ${wouldAct}`, ...no].join('\n');
}
