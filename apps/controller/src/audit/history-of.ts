/*
 * What an object's committed state says has happened to it, as audit entries. Pure.
 * Ids are made of what they tell of (uid, order, time of the transition) and never of when they are written: an entry that
 * a crash swallowed is made again from the object, and one that is there is recognised.
 */
import type { Condition, CleanupStep, MemoryCleanup, MemoryFinding, Target } from '#api';
import type { AuditEntry, AuditWhat } from '#contracts/audit';
import { keyOf } from '#contracts/store';

type Facts = Pick<AuditEntry, 'id' | 'atMs' | 'what' | 'who' | 'reason' | 'message'> &
  Partial<Pick<AuditEntry, 'beforeBytes' | 'afterBytes'>>;

export function historyOfFinding(finding: MemoryFinding): readonly AuditEntry[] {
  const { metadata, spec, status } = finding;
  const uid = metadata.uid ?? metadata.name;
  const who = `policy/${spec.policyRef.name}`;
  const entries: Facts[] = [
    {
      id: `${uid}/FindingOpened/${status.firstSeen}`,
      atMs: timeOf(status.firstSeen),
      what: 'FindingOpened',
      who,
      reason: spec.type,
      message: status.evidence[0]?.message ?? '',
      beforeBytes: status.bytes,
    },
  ];
  for (const [type, what] of [
    ['Confirmed', 'FindingConfirmed'],
    ['Closed', 'FindingClosed'],
  ] as const) {
    const condition = trueCondition(status.conditions, type);
    if (condition !== null)
      entries.push({ ...transition(uid, what, condition), who, afterBytes: status.bytes });
  }
  const { decision } = status;
  if (decision !== undefined)
    entries.push({
      id: `${uid}/Decided/${decision.at}`,
      atMs: timeOf(decision.at),
      what: 'Decided',
      who,
      reason: decision.reason,
      message: decision.message,
    });
  return entries.map((facts) => entry(facts, keyOf(metadata), spec.target));
}

export function historyOfCleanup(cleanup: MemoryCleanup): readonly AuditEntry[] {
  const { metadata, spec, status } = cleanup;
  const uid = metadata.uid ?? metadata.name;
  const entries: Facts[] = [created(uid, cleanup)];
  for (const step of status.steps) entries.push(...stepHistory(uid, step, spec.target.node));
  const completed = trueCondition(status.conditions, 'Completed');
  if (spec.cancelled === true)
    entries.push({
      id: `${uid}/CleanupCancelled`,
      atMs: completed === null ? latestOf(entries) : timeOf(completed.lastTransitionTime),
      what: 'CleanupCancelled',
      who: status.requestedBy,
      reason: 'Cancelled',
      message: 'No further order is sent.',
    });
  if (completed !== null)
    entries.push({
      ...transition(uid, 'CleanupClosed', completed),
      who: 'controller',
      ...measured(status.steps),
    });
  return entries.map((facts) => entry(facts, keyOf(metadata), spec.target));
}

function created(uid: string, { metadata, spec, status }: MemoryCleanup): Facts {
  const steps = spec.ladder.map(({ type, notify }) =>
    notify === undefined ? type : `${type} by ${notify.signal ?? notify.transport}`,
  );
  return {
    id: `${uid}/CleanupCreated`,
    atMs: timeOf(metadata.creationTimestamp ?? status.steps[0]?.issuedAt ?? spec.deadline),
    what: spec.mode === 'DryRun' ? 'WouldAct' : 'CleanupCreated',
    who: spec.policyRef === undefined ? status.requestedBy : `policy/${spec.policyRef.name}`,
    reason: spec.mode,
    message: [steps.join(', then '), spec.reason ?? ''].filter((text) => text !== '').join('; '),
  };
}

function stepHistory(uid: string, step: CleanupStep, node: string): readonly Facts[] {
  const entries: Facts[] = [];
  const attempt = step.attempt ?? 1;
  const at = timeOf(step.issuedAt ?? step.before?.takenAt ?? '');
  // What became of the attempts before is what brought the step back to Pending.
  for (let earlier = 1; earlier < attempt; earlier += 1)
    entries.push(answered(`${uid}.${step.index}.${earlier}`, step, { node, at, outcome: 'Refused' }));
  if (step.orderID === undefined || step.state === 'Pending') return entries;
  entries.push({
    id: `${step.orderID}/OrderIssued`,
    atMs: at,
    what: 'OrderIssued',
    who: 'controller',
    reason: step.type,
    message: `Order ${step.orderID} is sent to ${node}.`,
    beforeBytes: step.before?.bytes ?? null,
  });
  if (step.state === 'Issued') return entries;
  const answeredAt = step.executedAt === undefined ? at : timeOf(step.executedAt);
  const outcome = step.state === 'Verified' ? 'Executed' : step.state;
  entries.push(answered(step.orderID, step, { node, at: answeredAt, outcome }));
  if (step.state === 'Verified') entries.push(verified(step.orderID, step));
  return entries;
}

function answered(
  orderId: string,
  step: CleanupStep,
  { node, at, outcome }: { readonly node: string; readonly at: number; readonly outcome: string },
): Facts {
  return {
    id: `${orderId}/OrderAnswered`,
    atMs: at,
    what: 'OrderAnswered',
    who: `agent/${node}`,
    reason: outcome === 'Executed' ? outcome : (step.reason ?? outcome),
    message: `${outcome}. ${step.message ?? ''}`.trim(),
  };
}

function verified(orderId: string, step: CleanupStep): Facts {
  return {
    id: `${orderId}/StepVerified`,
    atMs: timeOf(step.after?.takenAt ?? step.executedAt ?? ''),
    what: 'StepVerified',
    who: 'controller',
    reason: step.outcome ?? 'Unknown',
    message: step.message ?? '',
    beforeBytes: step.before?.bytes ?? null,
    afterBytes: step.after?.bytes ?? null,
  };
}

function transition(uid: string, what: AuditWhat, condition: Condition): Omit<Facts, 'who'> {
  return {
    id: `${uid}/${what}/${condition.lastTransitionTime}`,
    atMs: timeOf(condition.lastTransitionTime),
    what,
    reason: condition.reason,
    message: condition.message,
  };
}

function measured(steps: readonly CleanupStep[]): Pick<AuditEntry, 'beforeBytes' | 'afterBytes'> {
  const first = steps.find(({ before }) => before !== undefined);
  const last = steps.findLast(({ after }) => after !== undefined);
  return { beforeBytes: first?.before?.bytes ?? null, afterBytes: last?.after?.bytes ?? null };
}

function trueCondition(conditions: readonly Condition[], type: string): Condition | null {
  return conditions.find((condition) => condition.type === type && condition.status === 'True') ?? null;
}

function latestOf(entries: readonly Facts[]): number {
  return Math.max(...entries.map(({ atMs }) => atMs));
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}

function entry(facts: Facts, subject: string, target: Target): AuditEntry {
  return {
    beforeBytes: null,
    afterBytes: null,
    ...facts,
    node: target.node,
    subject,
    target: targetInWords(target),
  };
}

export function targetInWords({ process, cgroup, holder }: Target): string {
  if (process !== undefined) return `${process.name} (pid ${process.pid})`;
  return cgroup?.path ?? holder;
}
