/*
 * `memwarden nodes`: whose agent reports, what may be done there, and what is wrong with it.
 */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import type { NodeMemory } from '#api';
import { isJson, serverFlags, type ServerFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import { hint, print, printJson, viewOptions } from './output.js';

interface NodesFlags extends ServerFlags {
  readonly name: string | undefined;
  readonly watch: boolean;
}

/** As many as are ever shown. */
const SHOWN = 10_000;

export function nodesCommand(environment: CliEnvironment): CommandModule<object, NodesFlags> {
  return {
    command: 'nodes [name]',
    describe: 'Whose agent reports, what may be done there, what is wrong with it',
    builder: (yargs) =>
      serverFlags(yargs, environment)
        .positional('name', { type: 'string', describe: 'Only this one' })
        .option('watch', {
          alias: 'w',
          type: 'boolean',
          default: false,
          describe: 'Then go on and show whatever changes, until Ctrl-C (of a cluster)',
        })
        .example('$0 nodes', 'one line a node')
        .example('kubectl memwarden nodes -o wide', 'with protocol and capabilities'),
    handler: (given) => run(given, environment),
  };
}

async function run(given: ArgumentsCamelCase<NodesFlags>, environment: CliEnvironment): Promise<void> {
  const { isClusterAsked } = await import('../backend/open.js');
  if (isClusterAsked(given, environment)) await ofCluster(given, environment);
  else await ofController(given, environment);
}

async function ofCluster(given: ArgumentsCamelCase<NodesFlags>, environment: CliEnvironment): Promise<void> {
  const { openCluster } = await import('../cluster/open-cluster.js');
  const { byName, nodeTable } = await import('../objects/node-view.js');
  const { showList } = await import('./show.js');
  const { nodes } = await openCluster(given, environment);
  // One that is not there is said.
  if (given.name !== undefined && !given.watch) await nodes.one(given.name);
  const shown = { ...given, node: given.name, limit: SHOWN, allNamespaces: false };
  await showList<NodeMemory>(shown, nodes, {
    inOrder: byName,
    table: nodeTable,
    whenEmpty: () => hint('No node has reported yet. "kubectl memwarden doctor" says why.'),
  });
}

async function ofController(
  given: ArgumentsCamelCase<NodesFlags>,
  environment: CliEnvironment,
): Promise<void> {
  const { openController } = await import('../backend/open.js');
  const { chooseNode } = await import('../client/choose-node.js');
  const { reportTable } = await import('../objects/report-view.js');
  const client = await openController('A node', given, environment);
  if (given.name !== undefined) await chooseNode(client, given.name);
  const nodes = (await client.nodes()).filter(({ node }) => given.name === undefined || node === given.name);
  if (isJson(given)) printJson(nodes);
  else if (nodes.length === 0) hint('No node has reported yet. Try again in some seconds.');
  else
    print(
      given.output === 'name'
        ? nodes.map(({ node }) => `node/${node}`)
        : reportTable(nodes, viewOptions(given)),
    );
}
