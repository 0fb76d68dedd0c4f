/*
 * `memwarden findings`: what a policy noticed, with evidence and the rule that decided.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { MemoryFinding } from '#api';
import type { Backend } from '../backend/backend.js';
import { serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import { hint, limitProblem } from './output.js';
import { listFlags, type ListFlags } from './list-flags.js';

interface FindingsFlags extends ServerFlags, ListFlags {
  readonly name: string | undefined;
}

export function findingsCommand(environment: CliEnvironment): CommandModule<object, FindingsFlags> {
  return {
    command: 'findings [name]',
    describe: 'What policies noticed, with evidence and the rule that decided',
    builder: (yargs) => flags(yargs, environment),
    handler: (given) => run(given, environment),
  };
}

function flags(yargs: Argv, environment: CliEnvironment): Argv<FindingsFlags> {
  return listFlags(serverFlags(yargs, environment), 'open')
    .positional('name', { type: 'string', describe: 'Only this one, in full' })
    .check(limitProblem)
    .example('$0 findings', 'what is open now')
    .example('$0 findings pressure-7f3c9a12', 'one in full: evidence, decision, cleanups')
    .example('$0 findings --state all --watch', 'closed ones, too, and whatever changes');
}

async function run(given: ArgumentsCamelCase<FindingsFlags>, environment: CliEnvironment): Promise<void> {
  const { openBackend } = await import('../backend/open.js');
  const { findingInFull, findingTable, inOrder } = await import('../objects/finding-view.js');
  const { showList, showOne } = await import('./show.js');
  const backend = await openBackend(given, environment);
  if (given.name !== undefined) {
    showOne(given, await backend.findings.one(given.name), findingInFull);
    return;
  }
  await showList<MemoryFinding>(given, backend.findings, {
    inOrder,
    table: findingTable,
    whenEmpty: () => nothingFound(backend),
  });
}

/** Nothing found has a reason, and mostly it is the first of these. */
async function nothingFound({ policies, where }: Backend): Promise<void> {
  const { items } = await policies.page({ limit: 1 });
  hint(
    items.length === 0
      ? `No findings${where}: there is no policy yet. "memwarden policies" says where they are read from.`
      : `No findings${where}: nothing is above the mark of any policy. "memwarden policies" says what they rule.`,
  );
}
