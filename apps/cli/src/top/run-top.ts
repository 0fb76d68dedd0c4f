/*
 * `memwarden top`, put together: live on a terminal, one picture (`--once`), or one JSON document a reading.
 */
import type { CliEnvironment } from '../config.js';
import { isJson, type AskedFlags, type OutputFlags } from '../backend/flags.js';
import { openController } from '../backend/open.js';
import type { ApiClient } from '../client/api.js';
import type { SortKey } from '../ledger/rows.js';
import { pressed, received, START, troubled, type TopState } from './model.js';
import { Screen } from './screen.js';
import { follow, look } from './session.js';
import { draw, drawAll } from './view.js';

export interface TopOptions extends AskedFlags, OutputFlags {
  readonly node: string | undefined;
  readonly sort: SortKey;
  readonly tree: boolean;
  readonly once: boolean;
  readonly color: boolean;
}

const COLUMNS_WITHOUT_TERMINAL = 120;

export async function runTop(flags: TopOptions, environment: CliEnvironment): Promise<void> {
  const client = await openController('The ledger', flags, environment);
  const start: TopState = { ...START, sort: flags.sort, tree: flags.tree };
  const isLive = !flags.once && process.stdout.isTTY && process.stdin.isTTY;
  if (isJson(flags)) return runJson(flags, client);
  if (!isLive) return runOnce(flags, client, start);
  return runLive(flags, client, start);
}

async function runOnce(flags: TopOptions, client: ApiClient, start: TopState): Promise<void> {
  let state = start;
  await look(client, flags.node, {
    received: (ledger, agent) => (state = received(state, ledger, agent)),
    troubled: (why) => (state = troubled(state, why)),
  });
  const columns = process.stdout.isTTY ? process.stdout.columns : COLUMNS_WITHOUT_TERMINAL;
  process.stdout.write(`${drawAll(state, columns).join('\n')}\n`);
}

async function runJson(flags: TopOptions, client: ApiClient): Promise<void> {
  let trouble = '';
  const news = {
    received: (ledger: unknown): void => {
      trouble = '';
      process.stdout.write(`${JSON.stringify(ledger)}\n`);
    },
    troubled: (why: string): void => {
      if (why !== trouble) process.stderr.write(`memwarden: ${why}\n`);
      trouble = why;
    },
  };
  if (flags.once) return look(client, flags.node, news);
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  return follow(client, flags.node, news, ended.signal);
}

async function runLive(flags: TopOptions, client: ApiClient, start: TopState): Promise<void> {
  using screen = new Screen({ input: process.stdin, output: process.stdout, colours: flags.color });
  const over = new AbortController();
  let state = start;
  const change = (next: TopState): void => {
    state = next;
    if (state.isOver) over.abort();
    else screen.show(draw(state, screen.area));
  };
  screen.listen(
    (key) => change(pressed(state, key)),
    () => change(state),
  );
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => over.abort());
  change(state);
  await follow(
    client,
    flags.node,
    {
      received: (ledger, agent) => change(received(state, ledger, agent)),
      troubled: (why) => change(troubled(state, why)),
    },
    over.signal,
  );
}
