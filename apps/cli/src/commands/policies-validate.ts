/*
 * `memwarden policies validate`: whether policies would be accepted: by this program, and with --server by the API server
 * of a cluster, too.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { clusterFlags, isJson, type ClusterFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import type { PolicyVerdict } from '../policies/verdict.js';
import type { Exit } from './cleanups-create.js';
import { hint, print, printJson } from './output.js';

interface ValidateFlags extends ClusterFlags {
  readonly file: readonly string[];
  readonly server: boolean;
  readonly json: boolean;
}

const FAILED = 1;

export function validateCommand(
  environment: CliEnvironment,
  exit: Exit,
): CommandModule<object, ValidateFlags> {
  return {
    command: 'validate <file..>',
    describe: 'Whether policies would be accepted; needs nothing that runs',
    builder: (yargs) =>
      clusterFlags(yargs)
        .positional('file', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Files or folders; - is stdin',
        })
        .option('server', {
          type: 'boolean',
          default: false,
          describe: 'Ask the API server of the cluster, too; it keeps nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
        .example('$0 policies validate policies/', 'every policy of a folder')
        .example('kubectl get mpol -o yaml | $0 policies validate -', 'those of a cluster')
        .example('kubectl memwarden policies validate --server my.yaml', 'its admission policies, too'),
    handler: (given) => run(given, environment, exit),
  };
}

async function run(
  given: ArgumentsCamelCase<ValidateFlags>,
  environment: CliEnvironment,
  exit: Exit,
): Promise<void> {
  const items = await verdicts(given, environment);
  const { verdictLines } = await import('../policies/verdict.js');
  const refused = items.filter(({ accepted }) => !accepted);
  if (refused.length > 0) exit(FAILED);
  if (isJson({ ...given, output: undefined })) {
    printJson({ accepted: refused.length === 0, items });
    return;
  }
  print(items.flatMap(verdictLines));
  if (refused.length > 0) hint(`${refused.length} of ${items.length} would be refused.`);
}

/** What can be done depends on the place: in a cluster more than on one machine. */
async function verdicts(
  given: ArgumentsCamelCase<ValidateFlags>,
  environment: CliEnvironment,
): Promise<readonly PolicyVerdict[]> {
  const { policyTexts } = await import('../policies/sources.js');
  const { judgeObjects } = await import('../policies/verdict.js');
  const { isClusterAsked } = await import('../backend/open.js');
  const asked = { ...given, server: undefined, token: undefined, stateDir: '' };
  const isForCluster = given.server || isClusterAsked(asked, environment);
  const judged = judgeObjects(
    await policyTexts(given.file, process.stdin),
    isForCluster ? 'Cluster' : 'Machine',
  );
  if (!given.server) return judged.map(({ verdict }) => verdict);
  const { clusterOf } = await import('../cluster/open-cluster.js');
  const { judgedByServer } = await import('../cluster/dry-run.js');
  return judgedByServer(await clusterOf(given, environment), judged);
}
