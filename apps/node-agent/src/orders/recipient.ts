/*
 * Whom an order means: the process that it names, or the one process of a cgroup that opted in. Who is not told about
 * by name must have opted in itself; nobody is guessed.
 */
import { InvalidValue, MemwardenError, NotFound, Unavailable } from '#contracts/errors';
import type { Act, OrderTarget, ProcessTarget } from '#contracts/order';
import type { HostScanner, ProcessReading } from '#contracts/reading';
import { isBelow } from './allow-list.js';
import { optInOfProcess } from './opt-ins.js';
import type { PodsHere } from './pods-here.js';
import type { ProcessFiles } from './process-files.js';
import { hasSignal, type OptIn } from './process-text.js';
import { signalNumber, type Refusal } from './signal-rules.js';

export type Recipient =
  | { readonly process: ProcessTarget; readonly refusal: null }
  | { readonly process: null; readonly refusal: Refusal };

/** More are not looked at: a cgroup with so many processes names none of them. */
const MOST_CANDIDATES = 4_096;

export class Recipients {
  constructor(
    private readonly scanner: HostScanner,
    private readonly files: ProcessFiles,
    private readonly pods: PodsHere,
  ) {}

  /** @throws {MemwardenError} when the node cannot be read */
  async of(target: OrderTarget, act: Act): Promise<Recipient> {
    if (target.process !== undefined) return { process: target.process, refusal: null };
    if (target.cgroup === undefined) throw new InvalidValue('An order without a target.');
    const { path, inode } = target.cgroup;
    const { cgroups } = await this.scanner.scanCgroups();
    if (!cgroups.some((cgroup) => cgroup.path === path && cgroup.inode === inode))
      return refused('TargetGone', 'The cgroup is gone, or another one has its path.');
    const processes = (await this.scanner.scanProcesses()).filter(
      ({ cgroup, state }) => cgroup !== null && isBelow(cgroup, path) && state !== 'Z' && state !== 'X',
    );
    if (processes.length > MOST_CANDIDATES)
      return refused('AmbiguousRecipient', `${processes.length} processes are in the cgroup.`);
    return this.among(processes, act);
  }

  private async among(processes: readonly ProcessReading[], act: Act): Promise<Recipient> {
    const willing: ProcessReading[] = [];
    for (const process of processes) if (await this.hasOptedIn(process, act)) willing.push(process);
    const able = willing.length > 1 ? await this.ableAmong(willing, act) : willing;
    const [only] = able;
    if (able.length === 1 && only !== undefined) return { process: only, refusal: null };
    if (willing.length === 0)
      return refused('NoRecipient', `None of the ${processes.length} processes of the cgroup has opted in.`);
    const pids = willing.slice(0, 8).map(({ pid }) => pid);
    return refused('AmbiguousRecipient', `${willing.length} processes have opted in: ${pids.join(', ')}.`);
  }

  private async hasOptedIn(process: ProcessReading, act: Act): Promise<boolean> {
    if (act.transport === 'Signal' && act.processNames.includes(process.name)) return true;
    try {
      return optsIn(await this.optIn(process), act);
    } catch (error) {
      // Who may not be looked at may not be notified either.
      if (error instanceof NotFound || error instanceof Unavailable) return false;
      throw error;
    }
  }

  // A shell that starts a server hands its environment on, but it has no handler and does not listen.
  private async ableAmong(willing: readonly ProcessReading[], act: Act): Promise<readonly ProcessReading[]> {
    const able: ProcessReading[] = [];
    for (const process of willing) if (await this.canTake(process, act)) able.push(process);
    return able;
  }

  private async canTake(process: ProcessReading, act: Act): Promise<boolean> {
    const { pid } = process;
    if (act.transport === 'PodHTTP') return this.listens(process);
    const number = signalNumber(act.signal);
    const status = this.files.statusNow(pid);
    return number !== null && status !== null && hasSignal(status.caught, number);
  }

  private optIn(process: ProcessReading): Promise<OptIn> {
    const { cgroup } = process;
    return optInOfProcess(this.files, process, cgroup === null ? null : this.pods.of([{ path: cgroup }]));
  }

  private async listens(process: ProcessReading): Promise<boolean> {
    try {
      const { port } = await this.optIn(process);
      return port !== null && (await this.files.listensOn(process.pid, port));
    } catch (error) {
      if (error instanceof MemwardenError) return false;
      throw error;
    }
  }
}

/** The process' own word, without the policy's. */
export function optsIn({ signal, port }: OptIn, act: Act): boolean {
  return act.transport === 'Signal' ? signal === act.signal : port !== null;
}

function refused(reason: Refusal['reason'], detail: string): Recipient {
  return { process: null, refusal: { reason, detail } };
}
