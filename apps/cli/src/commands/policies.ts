/*
 * `memwarden policies`: what rules here, what each policy rules and why not; and whether a file would be accepted.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import type { MemoryPolicy } from '#api';
import type { Backend } from '../backend/backend.js';
import { serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import type { Exit } from './cleanups-create.js';
import { hint } from './output.js';
import { validateCommand } from './policies-validate.js';

interface PoliciesFlags extends ServerFlags {
  readonly name: string | undefined;
  readonly watch: boolean;
}

/** As many as a person ever writes. */
const SHOWN = 1000;
const NONE_YET: Readonly<Record<Backend['kind'], string>> = {
  Controller: `No policy yet. Local mode said at its start which folder it reads them from; examples are in the folder
policies of the checkout, and docs/guide/first-policy.md takes you through the first one.`,
  Cluster: `No policy yet. "kubectl apply -f FILE" makes one; "kubectl memwarden policies validate FILE" says before
whether it would be accepted, and docs/guide/policies.md has ten to begin with.`,
};

export function policiesCommand(environment: CliEnvironment, exit: Exit): CommandModule {
  return {
    command: 'policies',
    describe: 'What rules here and why not; whether a policy would be accepted',
    builder: (yargs) => yargs.command(listCommand(environment)).command(validateCommand(environment, exit)),
    handler: () => undefined,
  };
}

function listCommand(environment: CliEnvironment): CommandModule<object, PoliciesFlags> {
  return {
    command: '$0 [name]',
    describe: 'List them, or show one in full',
    builder: (yargs) =>
      serverFlags(yargs, environment)
        .positional('name', { type: 'string', describe: 'Only this one, in full' })
        .option('watch', {
          alias: 'w',
          type: 'boolean',
          default: false,
          describe: 'Then go on and show whatever changes, until Ctrl-C',
        })
        .example('$0 policies', 'in the order in which they are asked')
        .example('$0 policies cache-server', 'what it rules, what it did, why it does not act'),
    handler: (given) => list(given, environment),
  };
}

async function list(given: ArgumentsCamelCase<PoliciesFlags>, environment: CliEnvironment): Promise<void> {
  const { openBackend } = await import('../backend/open.js');
  const { inPrecedence, policyInFull, policyTable } = await import('../objects/policy-view.js');
  const { showList, showOne } = await import('./show.js');
  const backend = await openBackend(given, environment);
  if (given.name !== undefined) showOne(given, await backend.policies.one(given.name), policyInFull);
  else
    await showList<MemoryPolicy>({ ...given, limit: SHOWN, allNamespaces: false }, backend.policies, {
      inOrder: inPrecedence,
      table: policyTable,
      whenEmpty: () => hint(NONE_YET[backend.kind]),
    });
}
