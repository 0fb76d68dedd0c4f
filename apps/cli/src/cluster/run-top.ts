/*
 * `memwarden top` of a cluster: how full each device is and who holds most of it, from what each node has reported last;
 * once, or a line for each holder of a node that changes.
 */
import type { NodeMemory } from '#api';
import type { AskedFlags } from '../backend/flags.js';
import { isJson, type OutputFlags } from '../backend/flags.js';
import { allPages } from '../backend/all-pages.js';
import { hint, interrupted, print, printJson, viewOptions } from '../commands/output.js';
import type { CliEnvironment } from '../config.js';
import { follow } from '../objects/follow.js';
import { byName, deviceTable, holderTable, topHolders } from '../objects/node-view.js';
import { openCluster } from './open-cluster.js';

export interface ClusterTopFlags extends AskedFlags, OutputFlags {
  readonly node: string | undefined;
  readonly limit: number;
  readonly watch: boolean;
}

export async function runClusterTop(flags: ClusterTopFlags, environment: CliEnvironment): Promise<void> {
  const { nodes: source } = await openCluster(flags, environment);
  if (flags.watch) {
    const troubled = (error: Error): void => hint(`memwarden: ${error.message} Trying again.`);
    const changes = (signal: AbortSignal): ReturnType<typeof source.changes> =>
      source.changes({ node: flags.node }, signal);
    await follow<NodeMemory>({ changes, changed: printer(flags), troubled }, interrupted());
    return;
  }
  // One that is not there is said.
  const nodes =
    flags.node === undefined ? (await allPages(source, {})).items : [await source.one(flags.node)];
  if (isJson(flags)) printJson({ apiVersion: 'v1', kind: 'List', items: nodes });
  else if (flags.output === 'name')
    print(byName(nodes).map(({ metadata }) => `nodememory.memwarden.dev/${metadata.name}`));
  else if (nodes.length === 0) hint('No node has reported yet. "kubectl memwarden doctor" says why.');
  else print(picture(nodes, flags));
}

function picture(nodes: readonly NodeMemory[], flags: ClusterTopFlags): string[] {
  const options = viewOptions(flags);
  const holders = topHolders(nodes, flags.namespace);
  const shown = holders.slice(0, flags.limit);
  const left = holders.length - shown.length;
  if (left > 0) hint(`${left} further holders: --limit ${holders.length} shows them.`);
  return [
    ...deviceTable(nodes, options),
    '',
    ...(shown.length === 0 ? [nobody(flags)] : holderTable(shown, options)),
  ];
}

function nobody({ namespace }: ClusterTopFlags): string {
  return namespace === undefined
    ? 'No holder is known yet.'
    : `No pod of namespace ${namespace} is among the largest holders of a device.`;
}

/** A picture first, then the holders of each node that reports anew. */
function printer(flags: ClusterTopFlags): (nodes: readonly NodeMemory[]) => void {
  let isFirst = true;
  return (nodes) => {
    if (isJson(flags)) for (const node of nodes) printJson(node);
    else if (isFirst) print(picture(nodes, flags));
    else if (nodes.length > 0)
      print(
        holderTable(topHolders(nodes, flags.namespace).slice(0, flags.limit), viewOptions(flags)).slice(1),
      );
    isFirst = false;
  };
}
