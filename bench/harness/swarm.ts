/*
 * A machine with a given number of processes: as many idle ones as are missing.
 */
import { Workload } from '../accuracy/workload.js';
import { processes } from './proc.js';
import type { Workspace } from './workspace.js';

/** Returns how many there are. Other people's processes come and go: the number is right within a few. */
export async function populate(workspace: Workspace, wanted: number): Promise<number> {
  const missing = Math.max(0, wanted - processes().length);
  if (missing > 0) workspace.use(await Workload.start({ name: 'swarm', args: [missing] }));
  return processes().length;
}
