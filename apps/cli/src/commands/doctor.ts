/*
 * `memwarden doctor`: what is there, what is missing, and the next step for each; of this machine, or of a cluster. Changes
 * nothing itself.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { isJson, serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import type { Examination } from '../doctor/examination.js';
import type { Exit } from './cleanups-create.js';
import { print, printJson } from './output.js';

const FAILED = 1;

export function doctorCommand(environment: CliEnvironment, exit: Exit): CommandModule<object, ServerFlags> {
  return {
    command: 'doctor',
    describe: 'What is there and what is missing, with the next step for each',
    builder: (yargs) =>
      serverFlags(yargs, environment)
        .example('memwarden doctor', 'this machine: before the first start, or when something is odd')
        .example('kubectl memwarden doctor', 'the cluster of your kubeconfig'),
    handler: async (given) => {
      const { examinationLines } = await import('../doctor/lines.js');
      const results = await examineAsked(given, environment);
      if (isJson(given)) printJson(results);
      else print(examinationLines(results));
      if (results.some(({ state }) => state === 'failed')) exit(FAILED);
    },
  };
}

async function examineAsked(
  given: ArgumentsCamelCase<ServerFlags>,
  environment: CliEnvironment,
): Promise<readonly Examination[]> {
  const { isClusterAsked } = await import('../backend/open.js');
  if (isClusterAsked(given, environment)) {
    const { examineCluster } = await import('../cluster/doctor/examine-cluster.js');
    return examineCluster(given, environment);
  }
  const { examine } = await import('../doctor/examine.js');
  return examine({ stateDir: given.stateDir, environment });
}
