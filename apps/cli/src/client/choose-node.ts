/*
 * The node that is meant, of those that a controller has seen.
 */
import { NotFound } from '#contracts/errors';
import { printable } from '../text/escape.js';
import type { NodeAnswer } from './answers.js';
import type { ApiClient } from './api.js';

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
