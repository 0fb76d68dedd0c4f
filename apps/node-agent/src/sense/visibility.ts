/*
 * Whether a scan saw the whole machine. The kernel's own threads are in the first pid namespace only, under kthreadd,
 * always process 2; process 1 is whatever began the namespace, and hidden like all others where /proc hides them.
 * A process denied once may have been ending; one denied in three scans running is denied for good.
 */
import type { ProcessReading, Skipped } from '#contracts/reading';

const SCANS_RUNNING = 3;

type Sight = 'all' | 'hidden' | 'foreign';

const HIDDEN =
  'This agent sees only its own processes: process 1 is hidden from it. Run it as root with CAP_SYS_PTRACE, or mount ' +
  '/proc without hidepid. Rows of cgroups are complete, processes in them are missing.';
const FOREIGN =
  'This agent sees only its own processes: its /proc is that of a container, not of the machine. Run it in the pid ' +
  "namespace of the machine (hostPID: true, or --pid=host), or give it the machine's /proc as MEMWARDEN_PROC_ROOT.";
const DENIED =
  'Run it as root with CAP_SYS_PTRACE; if it is, please report it with the files of one (stat, status, cgroup).';
const UNREAD = 'Their memory is counted in the cgroup above. Run the agent as root.';

export class Visibility {
  private sight: Sight = 'all';
  private readonly running = { processes: 0, cgroups: 0 };
  private skipped: Skipped = { processes: 0, cgroups: 0 };

  /** Once for each scan. */
  note(processes: readonly ProcessReading[], skipped: Skipped): void {
    this.sight = sightOf(processes);
    for (const kind of ['processes', 'cgroups'] as const)
      this.running[kind] = skipped[kind] > 0 ? this.running[kind] + 1 : 0;
    this.skipped = skipped;
  }

  get seesAllProcesses(): boolean {
    return this.sight === 'all';
  }

  /** What is not seen and what to do; null when nothing is. */
  get trouble(): string | null {
    if (this.sight === 'hidden') return HIDDEN;
    if (this.sight === 'foreign') return FOREIGN;
    const { processes, cgroups } = this.skipped;
    if (this.running.processes >= SCANS_RUNNING) return `${processes} processes cannot be read. ${DENIED}`;
    if (this.running.cgroups >= SCANS_RUNNING) return `${cgroups} cgroups cannot be read. ${UNREAD}`;
    return null;
  }
}

function sightOf(processes: readonly ProcessReading[]): Sight {
  if (!processes.some(({ pid }) => pid === 1)) return 'hidden';
  const hasKernel = processes.some(
    ({ pid, parentPid, name }) => pid === 2 && parentPid === 0 && name === 'kthreadd',
  );
  return hasKernel ? 'all' : 'foreign';
}
