/*
 * What the kernel says of a process, read by hand: the benchmarks must not measure the agent with the agent.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { KIB, MIB } from '#contracts/units';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** VmRSS of /proc/PID/status. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib ?? 0) * KIB) / MIB;
}

/** utime + stime of /proc/PID/stat, all threads. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold blanks and brackets; after the last bracket the fields are plain (proc_pid_stat(5), field 3 on).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Of all threads that it has now, to the nanosecond: /proc/PID/task/TID/schedstat, where ticks of 10 ms are too coarse. */
export function taskClockMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((tid) => Number(ofTask(`${tasks}/${tid}/schedstat`).split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}

function ofTask(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '0'; // it ended between the two readings
  }
}

/** Its command line, with blanks between; empty: it is not there. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** This process and all that descend from it, by parent pid: not every kernel lists a process' children. */
export function family(pid: number): number[] {
  const parents = new Map(processes().map((each) => [each, parentOf(each)]));
  const below = (of: number): number[] => [
    of,
    ...[...parents].filter(([, parent]) => parent === of).flatMap(([child]) => below(child)),
  ];
  return below(pid);
}

/** Null: it is not there. */
export function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // Ended between the two readings.
    return null;
  }
}

export function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
