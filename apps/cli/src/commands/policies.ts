/*
 * `memwarden policies`: what rules here, what each policy rules and why not; and whether a file would be accepted.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { serverFlags, type ServerFlags } from '../client/flags.js';
import type { CliEnvironment } from '../config.js';
import type { Exit } from './cleanups-create.js';
import { hint, print, printJson, viewOptions } from './output.js';
import { validateCommand } from './policies-validate.js';

interface PoliciesFlags extends ServerFlags {
  readonly name: string | undefined;
}

export function policiesCommand(environment: CliEnvironment, exit: Exit): CommandModule {
  return {
    command: 'policies',
    describe: 'What rules here and why not; whether a policy would be accepted',
    builder: (yargs) => yargs.command(listCommand(environment)).command(validateCommand(exit)),
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
        .example('$0 policies', 'in the order in which they are asked')
        .example('$0 policies cache-server', 'what it rules, what it did, why it does not act'),
    handler: (given) => list(given, environment),
  };
}

async function list(given: ArgumentsCamelCase<PoliciesFlags>, environment: CliEnvironment): Promise<void> {
  const { connect } = await import('../client/flags.js');
  const { allPages } = await import('../client/all-pages.js');
  const { inPrecedence, policyInFull, policyTable } = await import('../objects/policy-view.js');
  const { showOne } = await import('./show.js');
  const client = await connect(given, environment);
  if (given.name !== undefined) showOne(given, await client.policy(given.name), policyInFull);
  else if (given.json) printJson(await client.policies({}));
  else {
    const { items } = await allPages((query) => client.policies(query));
    if (items.length > 0) print(policyTable(inPrecedence(items), viewOptions()));
    else
      hint(`No policy yet. Local mode said at its start which folder it reads them from; examples are in the folder
policies of the checkout, and docs/guide/first-policy.md takes you through the first one.`);
  }
}
