/*
 * `memwarden cleanups`: what was done about memory, with bytes before and after; one by hand; the end of one.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { MemoryCleanup } from '#api';
import { serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import { createCleanupCommand, type Exit } from './cleanups-create.js';
import { listFlags, type ListFlags } from './list-flags.js';
import { hint, limitProblem } from './output.js';

interface CleanupsFlags extends ServerFlags, ListFlags {
  readonly name: string | undefined;
}

interface CancelFlags extends ServerFlags {
  readonly name: string;
}

export function cleanupsCommand(environment: CliEnvironment, exit: Exit): CommandModule {
  return {
    command: 'cleanups',
    describe: 'What was done about memory: before, after, and why not; ask for one, or end one',
    builder: (yargs) =>
      yargs
        .command(listCommand(environment))
        .command(createCleanupCommand(environment, exit))
        .command(cancelCommand(environment)),
    handler: () => undefined,
  };
}

function listCommand(environment: CliEnvironment): CommandModule<object, CleanupsFlags> {
  return {
    command: '$0 [name]',
    describe: 'List them, or show one in full',
    builder: (yargs) =>
      listFlags(serverFlags(yargs, environment), 'all')
        .positional('name', { type: 'string', describe: 'Only this one, in full, with its steps' })
        .check(limitProblem)
        .example('$0 cleanups', 'the last ones, newest first')
        .example('$0 cleanups pressure-7f3c9a12-1', 'one in full: steps, times, what was measured')
        .example('$0 cleanups --state open --watch', 'those under way, and whatever changes')
        .example('$0 cleanups --json', 'the answer of the REST interface'),
    handler: (given) => list(given, environment),
  };
}

async function list(given: ArgumentsCamelCase<CleanupsFlags>, environment: CliEnvironment): Promise<void> {
  const { openBackend } = await import('../backend/open.js');
  const { cleanupInFull, cleanupTable, newestFirst } = await import('../objects/cleanup-view.js');
  const { showList, showOne } = await import('./show.js');
  const { cleanups, where } = await openBackend(given, environment);
  if (given.name !== undefined) {
    showOne(given, await cleanups.one(given.name), cleanupInFull);
    return;
  }
  await showList<MemoryCleanup>(given, cleanups, {
    inOrder: newestFirst,
    table: cleanupTable,
    whenEmpty: () => {
      hint(given.state === 'open' ? `No cleanup is under way${where}.` : `No cleanups yet${where}.`);
      return Promise.resolve();
    },
  });
}

function cancelCommand(environment: CliEnvironment): CommandModule<object, CancelFlags> {
  return {
    command: 'cancel <name>',
    describe: 'No further step of this cleanup begins',
    builder: (yargs): Argv<CancelFlags> =>
      serverFlags(yargs, environment)
        .positional('name', { type: 'string', demandOption: true, describe: 'The cleanup' })
        .example('$0 cleanups cancel pressure-7f3c9a12-1', 'what was sent already cannot be taken back'),
    handler: async (given) => {
      const { openBackend } = await import('../backend/open.js');
      const { cleanupInFull } = await import('../objects/cleanup-view.js');
      const { showOne } = await import('./show.js');
      const backend = await openBackend(given, environment);
      showOne(given, await backend.cancelCleanup(given.name), cleanupInFull);
    },
  };
}
