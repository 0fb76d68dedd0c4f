/*
 * A cleanup that a person asks for: which row it can be of, what would be sent, and what must be true for it.
 */
import type { CleanupRequest } from '../data/api.js';
import { MIB } from '#contracts/units';
import { setSpan, sizeText } from './format.js';
import { whyOff } from './mode.js';
import type { ModeNow } from './objects.js';
import type { TreeNode } from './tree.js';

export const SIGNALS = ['SIGUSR2', 'SIGUSR1', 'SIGHUP'] as const;
export type Way = 'each' | (typeof SIGNALS)[number] | 'HTTP';
export const WAYS: readonly Way[] = ['each', 'HTTP', ...SIGNALS];

export const WAY_TEXT: Readonly<Record<Way, string>> = {
  each: 'Each way it opted in to',
  HTTP: 'HTTP to its opted-in port',
  SIGUSR2: 'Signal SIGUSR2',
  SIGUSR1: 'Signal SIGUSR1',
  SIGHUP: 'Signal SIGHUP',
};

export const WAITS_SECONDS = [10, 60, 300] as const;

const LEAST_FREED = MIB;

export interface Wish {
  readonly way: Way;
  readonly verifyAfterSeconds: number;
  readonly words: string;
}

/** What can be asked to give memory back: one process, or a cgroup with one process that opted in. */
export function canBeAsked(row: TreeNode | null): boolean {
  if (row?.holder === null || row?.holder === undefined) return false;
  return (row.holder.kind === 'process' || row.holder.kind === 'cgroup') && !row.gone;
}

export function requestOf(node: string, row: TreeNode, wish: Wish): CleanupRequest {
  const words = wish.words.trim();
  return {
    target: { node, holder: row.key },
    ladder: notifiesOf(wish.way).map((notify) => ({
      type: 'Notify',
      notify,
      verifyAfterSeconds: wish.verifyAfterSeconds,
      minFreed: LEAST_FREED,
    })),
    ...(words === '' ? {} : { reason: words }),
  };
}

function notifiesOf(way: Way): readonly object[] {
  if (way === 'HTTP') return [{ transport: 'PodHTTP' }];
  if (way === 'each') return [{ transport: 'PodHTTP' }, { transport: 'Signal', signal: 'SIGUSR2' }];
  return [{ transport: 'Signal', signal: way }];
}

/** What would happen, in order. */
export function planWords(row: TreeNode, wish: Wish): readonly string[] {
  const { holder } = row;
  const whom =
    holder?.kind === 'process' ? `process ${holder.pid ?? '?'}` : 'the one process in it that has opted in';
  return [
    `Sent: ${sentWords(wish.way, whom)}`,
    `Measured again ${setSpan(wish.verifyAfterSeconds)} later; less than ${sizeText(LEAST_FREED)} given back counts as ineffective.`,
  ];
}

function sentWords(way: Way, whom: string): string {
  const post = `a POST to ${whom}, at the port that it named, on its own loopback`;
  if (way === 'HTTP') return `${post}. Nothing else, and once.`;
  if (way === 'each') return `${post}; if it named none, or too little comes back, SIGUSR2 to it. Each once.`;
  return `${way} to ${whom}. Nothing else, and once.`;
}

/** What the agent looks at immediately before: any "no" and nothing is sent. */
export function checksWords(way: Way): string {
  const signal =
    'the process has opted in to the signal and handles it, and its runtime does not use the signal itself';
  const port = 'the process has opted in with a port';
  const consent = way === 'HTTP' ? port : way === 'each' ? `${port}, or ${signal}` : signal;
  return `The agent sends it only if its allow list names this act for this process, and ${consent}. Else nothing is sent, and the time line says why.`;
}

export interface Standing {
  readonly text: string;
  /** Nothing could be sent now. */
  readonly isOff: boolean;
}

/** Whether acts are possible at all on this node, as the controller and the node's agent say now. */
export function standingOf(mode: ModeNow | null, node: string): Standing {
  if (mode === null)
    return { text: 'What may be done here is not known: the mode could not be read.', isOff: false };
  if (mode.pause !== null) return { text: 'All acts are paused: it would be refused.', isOff: true };
  if (!mode.actsOn) return { text: `Acts are off: ${whyOff(mode)}`, isOff: true };
  const own = mode.nodes.find((one) => one.node === node);
  if (own === undefined)
    return { text: 'This node’s agent is not connected: it would wait for it.', isOff: false };
  const says = own.reason === '' ? '' : `: ${own.reason}`;
  return { text: `This node’s agent allows ${own.mode} at most${says}`, isOff: own.mode === 'Observe' };
}
