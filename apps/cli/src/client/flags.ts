/*
 * The flags of every command that asks a controller.
 */
import type { Argv } from 'yargs';
import { NotFound } from '#contracts/errors';
import type { CliEnvironment } from '../config.js';
import { printable } from '../text/escape.js';
import type { NodeAnswer } from './answers.js';
import { ApiClient } from './api.js';
import { findTarget, type TargetFlags } from './target.js';
import { stateDirOption } from '../state-dir-option.js';

/** As yargs declares them; a handler sees `state-dir` as `stateDir`, too. */
export interface ServerFlags {
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly 'state-dir': string;
  readonly json: boolean;
}

export interface ClientFlags extends ServerFlags {
  readonly node: string | undefined;
}

/** Of a command that looks at one node. */
export function clientFlags(yargs: Argv, environment: CliEnvironment): Argv<ClientFlags> {
  return serverFlags(yargs, environment).option('node', {
    type: 'string',
    requiresArg: true,
    describe: 'Node to show (needed when there are several)',
  });
}

export function serverFlags(yargs: Argv, environment: CliEnvironment): Argv<ServerFlags> {
  return yargs
    .option('server', {
      type: 'string',
      requiresArg: true,
      describe: 'Controller to ask (default: the local mode that runs)',
    })
    .option('token', { type: 'string', requiresArg: true, describe: 'Its token' })
    .option('state-dir', stateDirOption(environment.stateDir, 'State dir of the local mode to ask'))
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'The answer of the REST interface',
    });
}

export async function connect(flags: TargetFlags, environment: CliEnvironment): Promise<ApiClient> {
  return new ApiClient(await findTarget(flags, environment));
}

/** The node that is meant. @throws {NotFound} when that is not clear */
export async function chooseNode(client: ApiClient, wanted: string | undefined): Promise<string> {
  const nodes = await client.nodes();
  if (wanted !== undefined) return knownNode(nodes, wanted);
  const [first] = nodes;
  if (first === undefined) throw new NotFound('No node has reported yet. Try again in some seconds.');
  if (nodes.length > 1) {
    throw new NotFound(`There are several nodes; name one: --node ${someNames(nodes)}.`);
  }
  return first.node;
}

function knownNode(nodes: readonly NodeAnswer[], wanted: string): string {
  if (nodes.some(({ node }) => node === wanted)) return wanted;
  const there = nodes.length === 0 ? 'none has reported yet' : `there is ${someNames(nodes)}`;
  throw new NotFound(`There is no node ${printable(wanted)}; ${there}.`);
}

const NAMES_SHOWN = 10;

function someNames(nodes: readonly NodeAnswer[]): string {
  const names = nodes.map(({ node }) => printable(node)).sort();
  const others = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${others}`;
}
