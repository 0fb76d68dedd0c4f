/*
 * One sample of one node: who rules each row, what the detectors say of it, what became of what was known before.
 * Every tracked finding is answered exactly once: stepped, cleared, superseded, gone, or left alone because nobody can
 * say. A ledger without the host's device says nothing at all.
 */
import type { DeviceLedger, Holder, NodeLedger } from '#contracts/ledger';
import type { CompiledPolicies, CompiledPolicy, PressureDetector } from './compile.js';
import type { FindingChange, Observation, RuledTargets } from './finding-change.js';
import { identityOf, isTargetRow, targetOf } from './finding-identity.js';
import { hostDevice, HostMemory } from './host-memory.js';
import type { OwnerFacts } from './labels.js';
import { Matcher } from './match.js';
import { MAX_TRACKED, remember, type NodeMemory } from './node-memory.js';
import { firstStep, isAbove, nextStep, type PressureSample, type Step, type Tracked } from './pressure.js';

/** A ledger with unknown holders may have missed one that is there: so often in a row before it is gone. */
const GONE_AFTER_UNSURE = 3;

export interface EvaluateInput {
  readonly compiled: CompiledPolicies;
  readonly ledger: NodeLedger;
  readonly owners: OwnerFacts;
  readonly memory: NodeMemory;
  /** How often the node's agent takes samples; gaps of more than three restart every count. */
  readonly samplePeriodMs: number;
}

export interface Evaluation {
  readonly memory: NodeMemory;
  /** At most one for a finding. Commit them, then keep `memory`; where a commit failed, `memoryFrom` the objects. */
  readonly changes: readonly FindingChange[];
  readonly ruled: readonly RuledTargets[];
  /** Targets above a mark that are not tracked, because MAX_TRACKED are already. */
  readonly untracked: number;
}

/** The time of conditions is the caller's; times in changes are the node's. The same ledger twice changes nothing. */
export function evaluateNode(input: EvaluateInput): Evaluation {
  const { ledger, memory } = input;
  const host = hostDevice(ledger.devices);
  const isSeenBefore = memory.last?.bootId === ledger.bootId && memory.last.takenAtMs === ledger.takenAtMs;
  if (host === null || isSeenBefore) return { memory, changes: [], ruled: [], untracked: 0 };
  return new Sample(input, host).evaluate();
}

class Sample {
  private readonly matcher: Matcher;
  private readonly host: HostMemory;
  private readonly byHolder = new Map<string, Tracked[]>();
  private readonly changes: FindingChange[] = [];
  /** How many more may be remembered, so that what has an object is never forgotten. */
  private room: number;
  private size = 0;
  private untracked = 0;

  constructor(
    private readonly input: EvaluateInput,
    private readonly device: DeviceLedger,
  ) {
    this.matcher = new Matcher(input.compiled, input.owners);
    this.host = new HostMemory(device);
    this.room = MAX_TRACKED - input.memory.size;
  }

  evaluate(): Evaluation {
    const { bootId, takenAtMs } = this.input.ledger;
    const absent = new Map(this.input.memory.byHolder);
    for (const row of this.device.holders) {
      if (!isTargetRow(row) || !this.host.standsForItself(row)) continue;
      const known = absent.get(row.id);
      absent.delete(row.id);
      const ruling = this.matcher.ruling(row);
      if (known !== undefined) this.settle(row, known, ruling);
      else if (ruling !== null) this.discover(row, ruling, ruling.detectors);
    }
    for (const known of absent.values()) for (const tracked of known) this.notThere(tracked);
    const { byHolder, size, changes, untracked } = this;
    const memory = { size, last: { bootId, takenAtMs }, byHolder };
    return { memory, changes, ruled: this.matcher.ruled(), untracked };
  }

  private settle(row: Holder, known: readonly Tracked[], ruling: CompiledPolicy | null): void {
    const isSameBoot = known.every(({ finding }) => finding.target.bootID === this.input.ledger.bootId);
    if (!isSameBoot) for (const tracked of known) this.rebooted(tracked);
    const current = isSameBoot ? known : [];
    const fresh = new Set(ruling?.detectors);
    for (const tracked of current) {
      const detector = detectorOf(tracked, ruling);
      if (detector === null) this.superseded(tracked, ruling);
      else {
        fresh.delete(detector);
        this.step(tracked, row, detector);
      }
    }
    if (ruling !== null) this.discover(row, ruling, fresh);
  }

  private step(tracked: Tracked, row: Holder, detector: PressureDetector): void {
    const observation = this.observe(row, detector);
    if (observation === null) this.keep(tracked);
    else this.take(nextStep(tracked, this.sampleOf(detector, observation)));
  }

  private discover(row: Holder, ruling: CompiledPolicy, detectors: Iterable<PressureDetector>): void {
    for (const detector of detectors) {
      const observation = this.observe(row, detector);
      if (observation === null || !isAbove(detector, observation)) continue;
      const target = targetOf(row, this.input.ledger, this.input.owners);
      if (target === null) continue;
      if (this.room === 0) this.untracked += 1;
      else this.take(firstStep(identityOf(ruling, detector, target), observation));
      this.room = Math.max(0, this.room - 1);
    }
  }

  private sampleOf(detector: PressureDetector, observation: Observation): PressureSample {
    return { detector, observation, samplePeriodMs: this.input.samplePeriodMs };
  }

  /** Null: nobody can say. */
  private observe(row: Holder, { pressure }: PressureDetector): Observation | null {
    const share = this.host.share(row);
    if (share === null) return null;
    const { takenAtMs, pressure: psi } = this.input.ledger;
    const { bytes, quality, limitBytes } = share;
    if (pressure.signal === 'NonReclaimable')
      return { takenAtMs, bytes, quality, limitBytes, percent: (bytes * 100) / limitBytes };
    return psi === null ? null : { takenAtMs, bytes, quality, percent: psi.someAvg10 };
  }

  private notThere(tracked: Tracked): void {
    if (tracked.finding.target.bootID !== this.input.ledger.bootId) {
      this.rebooted(tracked);
      return;
    }
    const missing = tracked.missing + 1;
    const isSure = this.device.unknownHolders === 0 || missing >= GONE_AFTER_UNSURE;
    if (isSure) this.gone(tracked, 'The holder has ended.');
    else this.keep({ ...tracked, missing });
  }

  private rebooted(tracked: Tracked): void {
    this.gone(tracked, 'The node was started anew.');
  }

  private gone(tracked: Tracked, message: string): void {
    this.ended('Gone', tracked, message);
  }

  private superseded(tracked: Tracked, ruling: CompiledPolicy | null): void {
    this.ended('Supersede', tracked, successor(tracked, ruling));
  }

  private ended(kind: 'Gone' | 'Supersede', { state, finding }: Tracked, message: string): void {
    if (state === 'Once') return;
    const { takenAtMs } = this.input.ledger;
    this.changes.push({ kind, finding, wasConfirmed: state === 'Confirmed', takenAtMs, message });
  }

  private take({ tracked, change }: Step): void {
    if (change !== null) this.changes.push(change);
    if (tracked !== null) this.keep(tracked);
  }

  private keep(tracked: Tracked): void {
    this.size += 1;
    remember(this.byHolder, tracked);
  }
}

/** The detector that made it, while the same generation of the same policy rules the target. */
function detectorOf({ finding }: Tracked, ruling: CompiledPolicy | null): PressureDetector | null {
  if (ruling === null || !isSamePolicy(finding.policyRef, ruling)) return null;
  return ruling.detectors.find(({ name }) => name === finding.detector) ?? null;
}

function isSamePolicy(
  ref: { uid: string; generation: number },
  { policy: { metadata } }: CompiledPolicy,
): boolean {
  return ref.uid === (metadata.uid ?? metadata.name) && ref.generation === (metadata.generation ?? 1);
}

function successor({ finding }: Tracked, ruling: CompiledPolicy | null): string {
  if (ruling === null) return 'No policy rules this target any more.';
  const { name, uid, generation } = ruling.policy.metadata;
  const isEdited = (uid ?? name) === finding.policyRef.uid;
  return isEdited
    ? `The policy was edited: generation ${generation ?? 1} rules this target now.`
    : `Policy ${name} rules this target now.`;
}
