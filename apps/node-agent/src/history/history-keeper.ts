/*
 * History as the agent has it: rings in memory, a file every minute and at the end. Whatever happens to the file,
 * sampling goes on: the trouble is said in health, and the next minute tries again.
 */
import { join } from 'node:path';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { NodeLedger } from '#contracts/ledger';
import type { HistorySource, SeriesFilter, TimeRange } from '#contracts/report';
import type { SeriesHistory, SeriesRef } from '#contracts/series';
import { HistoryFile, isSystemError } from './history-file.js';
import { decodeHistory, encodeHistory } from './history-format.js';
import { NOBODY, observe, type Chosen } from './observations.js';
import { SeriesStore } from './series-store.js';

const FILE_NAME = 'history.mwh';
const SAVE_EVERY_MS = 60_000;

export class HistoryKeeper implements HistorySource {
  private store: SeriesStore;
  private readonly file: HistoryFile;
  private readonly chosen = new Map<string, Chosen>();
  private saving: Promise<void> | null = null;
  private savedAtMs: number;
  private trouble: string | null = null;

  constructor(
    private readonly node: string,
    stateDir: string,
    private readonly clock: Clock,
  ) {
    this.store = new SeriesStore(node);
    this.file = new HistoryFile(join(stateDir, FILE_NAME));
    this.savedAtMs = clock.monotonicMs();
  }

  /** Never fails: a file that cannot be used is set aside and history starts anew. */
  async load(): Promise<void> {
    try {
      const content = await this.file.read();
      if (content !== null) decodeHistory(content, this.node, this.store);
    } catch (error) {
      this.store = new SeriesStore(this.node);
      this.trouble = `History starts anew: ${this.file.path} cannot be used. ${textOf(error)} ${await this.setAside()}`;
    }
  }

  record(ledger: NodeLedger): void {
    for (const device of ledger.devices) {
      const { chosen, observations } = observe(device, this.chosen.get(device.id) ?? NOBODY);
      this.chosen.set(device.id, chosen);
      this.store.record(ledger.takenAtMs, observations);
    }
    if (this.clock.monotonicMs() - this.savedAtMs >= SAVE_EVERY_MS) void this.save();
  }

  /** One at a time; a call during another joins it. Resolves when it is over, well or not. */
  save(): Promise<void> {
    this.saving ??= this.write().finally(() => (this.saving = null));
    return this.saving;
  }

  list(filter: SeriesFilter): readonly SeriesRef[] {
    return this.store.list(filter);
  }

  read(id: string, range: TimeRange): SeriesHistory | null {
    return this.store.read(id, range);
  }

  get seriesCount(): number {
    return this.store.size;
  }

  health(): ComponentHealth {
    const component = 'history';
    return this.trouble === null
      ? { component, state: 'ok' }
      : { component, state: 'degraded', reason: this.trouble };
  }

  private async write(): Promise<void> {
    this.savedAtMs = this.clock.monotonicMs();
    try {
      await this.file.write(encodeHistory(this.node, this.store));
      this.trouble = null;
    } catch (error) {
      this.trouble = `History is kept in memory only: ${this.file.path} cannot be written. ${textOf(error)}`;
    }
  }

  private async setAside(): Promise<string> {
    try {
      await this.file.setAside();
      return `It is kept as ${this.file.asidePath}.`;
    } catch (error) {
      return `It could not be set aside either. ${textOf(error)}`;
    }
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space.',
  EROFS: 'The file system is read-only: mount the state directory writable.',
  EACCES: 'This user may not: give the agent its state directory.',
  ENOTDIR: 'MEMWARDEN_STATE_DIR is no folder: set it to one.',
  EEXIST: 'MEMWARDEN_STATE_DIR is no folder: set it to one.',
};

function textOf(error: unknown): string {
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error);
  return ADVICE[error.code] ?? error.message;
}
