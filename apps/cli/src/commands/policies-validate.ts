/*
 * `memwarden policies validate`: whether policies would be accepted. Needs no controller.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import type { Exit } from './cleanups-create.js';
import { hint, print, printJson } from './output.js';

interface ValidateFlags {
  readonly file: readonly string[];
  readonly json: boolean;
}

const FAILED = 1;

export function validateCommand(exit: Exit): CommandModule<object, ValidateFlags> {
  return {
    command: 'validate <file..>',
    describe: 'Whether policies would be accepted; needs nothing that runs',
    builder: (yargs) =>
      yargs
        .positional('file', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Files or folders; - is stdin',
        })
        .option('json', { type: 'boolean', default: false, describe: 'One JSON object on stdout' })
        .example('$0 policies validate policies/', 'every policy of a folder')
        .example('kubectl get mpol -o yaml | $0 policies validate -', 'those of a cluster'),
    handler: (given) => run(given, exit),
  };
}

async function run({ file: files, json }: ArgumentsCamelCase<ValidateFlags>, exit: Exit): Promise<void> {
  const { policyTexts } = await import('../policies/sources.js');
  const { judge, verdictLines } = await import('../policies/verdict.js');
  const items = judge(await policyTexts(files, process.stdin));
  const refused = items.filter(({ accepted }) => !accepted);
  if (refused.length > 0) exit(FAILED);
  if (json) {
    printJson({ accepted: refused.length === 0, items });
    return;
  }
  print(items.flatMap(verdictLines));
  if (refused.length > 0) hint(`${refused.length} of ${items.length} would be refused.`);
}
