/*
 * How a process asks to be notified: by its own environment, else by its pod's annotations. Reading the environment of
 * others needs capabilities, so in a pod that has said something it may stay unread.
 */
import { Unavailable } from '#contracts/errors';
import type { ProcessTarget } from '#contracts/order';
import { hasOptIn, optInOfPod, withPod, type PodOfProcess } from './pods-here.js';
import type { ProcessFiles } from './process-files.js';
import { NO_OPT_IN, type OptIn } from './process-text.js';

/** @throws as ProcessFiles.optIn */
export async function optInOfProcess(
  files: Pick<ProcessFiles, 'optIn'>,
  process: ProcessTarget,
  here: PodOfProcess | null,
): Promise<OptIn> {
  const ofPod = optInOfPod(here);
  return withPod(await ownOptIn(files, process, ofPod), ofPod);
}

async function ownOptIn(
  files: Pick<ProcessFiles, 'optIn'>,
  process: ProcessTarget,
  ofPod: OptIn,
): Promise<OptIn> {
  try {
    return await files.optIn(process);
  } catch (error) {
    if (error instanceof Unavailable && hasOptIn(ofPod)) return NO_OPT_IN;
    throw error;
  }
}
