/*
 * Nodes as a controller knows them, as text. Pure; the clock comes in.
 */
import type { NodeAnswer } from '../client/answers.js';
import { printable } from '../text/escape.js';
import { size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { age } from '../text/time.js';
import type { ViewOptions } from './view-options.js';

export function reportTable(nodes: readonly NodeAnswer[], { columns, nowMs }: ViewOptions): string[] {
  const list: Column<NodeAnswer>[] = [
    { title: 'NODE', text: ({ node }) => printable(node), least: 8 },
    { title: 'AGENT', text: ({ connected }) => (connected === false ? 'silent' : 'ready') },
    { title: 'VERSION', text: ({ agent }) => printable(agent.version) },
    { title: 'RSS', text: ({ agent }) => size(agent.rssBytes), align: 'right' },
    { title: 'CPU', text: ({ agent }) => `${agent.cpuPercent.toFixed(1)} %`, align: 'right' },
    { title: 'SAMPLE', text: ({ agent }) => `${agent.sampleMs.toFixed(1)} ms`, align: 'right' },
    { title: 'SEEN', text: ({ lastSeen }) => age(lastSeen, nowMs), align: 'right' },
  ];
  return table(nodes, list, columns);
}
