/*
 * agent.scan in a process of its own: the CPU that one scan of all processes takes, kernel and decoding together.
 * Argument: how many runs. Says one `scanned` with the milliseconds of each run's mean scan.
 */
import { NativeHostScanner } from '#native';

const SCANS_PER_RUN = 10;
const WARM_UP = 20;
const runs = Number(process.argv[2]);

await using scanner = new NativeHostScanner();
for (let scan = 0; scan < WARM_UP; scan++) await scanner.scanProcesses();

const cpuMs: number[] = [];
let processes = 0;
for (let run = 0; run < runs; run++) {
  const before = process.cpuUsage();
  for (let scan = 0; scan < SCANS_PER_RUN; scan++) processes = (await scanner.scanProcesses()).length;
  const { user, system } = process.cpuUsage(before);
  cpuMs.push((user + system) / 1000 / SCANS_PER_RUN);
}
process.send?.({ event: 'scanned', cpuMs, processes }, () => process.disconnect());
