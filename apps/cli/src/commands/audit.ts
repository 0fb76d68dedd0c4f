/*
 * `memwarden audit`: who decided or did what, and why.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { AuditAnswer } from '../client/answers.js';
import { isJson, serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import { hint, limitProblem, print, printJson, viewOptions } from './output.js';

interface AuditFlags extends ServerFlags {
  readonly limit: number;
  readonly continue: string | undefined;
}

const SHOWN = 40;
const MOST = 1000;

export function auditCommand(environment: CliEnvironment): CommandModule<object, AuditFlags> {
  return {
    command: 'audit',
    describe: 'Who decided or did what, and why, newest first',
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<AuditFlags> {
  return serverFlags(yargs, environment)
    .option('limit', {
      type: 'number',
      default: SHOWN,
      requiresArg: true,
      describe: `Entries shown, ${MOST} at most`,
    })
    .option('continue', {
      type: 'string',
      requiresArg: true,
      describe: 'Older ones: what the last page named',
    })
    .check(limitProblem)
    .check(({ limit }) => limit <= MOST || `--limit: write a number up to ${MOST}.`)
    .example('$0 audit', 'the newest entries')
    .example('$0 audit --json | jq \'.entries[] | select(.what == "OrderIssued")\'', 'every order');
}

async function run(given: ArgumentsCamelCase<AuditFlags>, environment: CliEnvironment): Promise<void> {
  const { openController } = await import('../backend/open.js');
  const { auditTable } = await import('../objects/audit-view.js');
  const client = await openController('The audit trail', given, environment);
  const answer: AuditAnswer = await client.audit({ limit: given.limit, continue: given.continue });
  if (isJson(given)) {
    printJson(answer);
    return;
  }
  if (answer.entries.length === 0) hint('Nothing was decided or done yet.');
  else print(auditTable(answer.entries, viewOptions()));
  if (answer.continue !== undefined) hint(`Older ones: memwarden audit --continue ${answer.continue}`);
}
