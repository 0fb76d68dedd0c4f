/*
 * The way from an order to its act: finds the one process that is meant, takes hold of it, looks at everything, and
 * only then hands out the act. What was read was read while the process was held and had not ended, so it is of it.
 */
import { MemwardenError, NotFound, Stalled } from '#contracts/errors';
import type { Act, Order, OrderOutcome } from '#contracts/order';
import { refusalByList, type AllowList, type Wish } from './allow-list.js';
import type { Freezer } from './freezer.js';
import { notifyByHttp, refusalOfForeignPort } from './notify-http.js';
import { notifyBySignal } from './notify-signal.js';
import { NotPermitted, type ProcessHandle, type ProcessHandles } from './process-handle.js';
import type { ProcessFacts, ProcessFiles } from './process-files.js';
import { hasSignal, type OptIn } from './process-text.js';
import { optInOfProcess } from './opt-ins.js';
import { refusalByOwner, type PodsHere } from './pods-here.js';
import { optsIn, type Recipients } from './recipient.js';
import {
  refusalByRuntime,
  refusalByStatus,
  refusalOfStopped,
  runtimesOf,
  signalNumber,
  type Refusal,
} from './signal-rules.js';
import type { Subject } from './subject.js';
import { guardedOf, refusalByKind, type OwnProcesses } from './target-rules.js';

export interface PerformerParts {
  readonly recipients: Recipients;
  readonly handles: ProcessHandles;
  readonly files: ProcessFiles;
  readonly freezer: Freezer;
  readonly own: OwnProcesses;
  readonly pods: PodsHere;
}

/** An act that nothing speaks against. Disposed of whether it was done or not. */
export interface PreparedAct extends Disposable {
  readonly refusal: null;
  /** Looks once more, then does it. Never rejects for what the process does. */
  perform(): Promise<OrderOutcome>;
}

export interface RefusedAct {
  readonly refusal: Refusal;
}

export class Performer {
  constructor(private readonly parts: PerformerParts) {}

  /** Never rejects for what a process does or is. */
  async prepare(order: Order, list: AllowList): Promise<PreparedAct | RefusedAct> {
    try {
      return await this.prepared(order, list);
    } catch (error) {
      return { refusal: refusalByError(error) };
    }
  }

  private async prepared(order: Order, list: AllowList): Promise<PreparedAct | RefusedAct> {
    const { recipients, handles, files, pods } = this.parts;
    const recipient = await recipients.of(order.target, order.act);
    if (recipient.process === null) return { refusal: recipient.refusal };
    using held = new Held(handles.open(recipient.process));
    const facts = await files.facts(recipient.process);
    const here = pods.of(facts.cgroups);
    const optIn = await optInOfProcess(files, facts, here);
    const subject: Subject = { handle: held.handle, facts, optIn, files };
    const refusal =
      refusalByKind(facts, this.parts.own) ??
      refusalByOwner(here) ??
      refusalByOptIn(facts, optIn, order.act) ??
      refusalByList(list, facts, guardedOf(facts, here), wishOf(order.act, optIn)) ??
      (await this.refusalByState(subject, order.act));
    if (refusal !== null) return { refusal };
    if (held.handle.hasEnded())
      return { refusal: { reason: 'TargetGone', detail: 'The process ended while it was looked at.' } };
    const handle = held.handOver();
    return {
      refusal: null,
      perform: () => perform(subject, order),
      [Symbol.dispose]: () => {
        handle[Symbol.dispose]();
      },
    };
  }

  private async refusalByState(subject: Subject, act: Act): Promise<Refusal | null> {
    const { facts } = subject;
    return (
      refusalOfStopped(facts.status) ??
      (await this.refusalOfFrozen(facts)) ??
      (act.transport === 'Signal'
        ? await this.refusalOfSignal(facts, act.signal)
        : await refusalOfForeignPort(subject))
    );
  }

  private async refusalOfFrozen({ cgroups }: ProcessFacts): Promise<Refusal | null> {
    if (!(await this.parts.freezer.isFrozen(cgroups))) return null;
    return {
      reason: 'Frozen',
      detail: 'Its cgroup is frozen: a notification would wait until it is thawed.',
    };
  }

  private async refusalOfSignal(facts: ProcessFacts, signal: string): Promise<Refusal | null> {
    const { files } = this.parts;
    const byStatus = refusalByStatus(facts.status, signal);
    if (byStatus !== null) return byStatus;
    const threads = await files.threads(facts.pid);
    const number = signalNumber(signal) ?? 0;
    if (threads.blocked.every((mask) => hasSignal(mask, number)))
      return { reason: 'NoHandler', detail: `Every thread of the process blocks ${signal}.` };
    return refusalByRuntime(runtimesOf(await files.runtimeSigns(facts, threads)), signal);
  }
}

function perform(subject: Subject, { act, policy }: Order): Promise<OrderOutcome> {
  return act.transport === 'Signal' ? notifyBySignal(subject, act.signal) : notifyByHttp(subject, policy);
}

function wishOf(act: Act, { port }: OptIn): Wish {
  return { act, port: act.transport === 'PodHTTP' ? port : null };
}

function refusalByOptIn({ comm }: ProcessFacts, optIn: OptIn, act: Act): Refusal | null {
  const isNamed = act.transport === 'Signal' && act.processNames.includes(comm);
  if (isNamed || optsIn(optIn, act)) return null;
  const variable =
    act.transport === 'Signal' ? `MEMWARDEN_NOTIFY_SIGNAL=${act.signal}` : 'MEMWARDEN_NOTIFY_PORT';
  return {
    reason: 'NotOptedIn',
    detail: `The process has no ${variable} in its environment, its pod no annotation for it${act.transport === 'Signal' ? ', and the policy does not name it' : ''}.`,
  };
}

function refusalByError(error: unknown): Refusal {
  if (error instanceof NotFound) return { reason: 'TargetGone', detail: error.message };
  if (error instanceof NotPermitted) return { reason: 'NotPermitted', detail: error.message };
  if (error instanceof Stalled)
    return { reason: 'Frozen', detail: `The process does not answer the kernel: ${error.message}` };
  if (error instanceof MemwardenError) return { reason: 'NotPermitted', detail: error.message };
  throw error;
}

/** A handle until it is handed over. */
class Held implements Disposable {
  private isOurs = true;

  constructor(readonly handle: ProcessHandle) {}

  handOver(): ProcessHandle {
    this.isOurs = false;
    return this.handle;
  }

  [Symbol.dispose](): void {
    if (this.isOurs) this.handle[Symbol.dispose]();
  }
}
