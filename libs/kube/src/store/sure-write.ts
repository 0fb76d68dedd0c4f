/*
 * A write whose answer was lost is made once more: it names the version that it is for, so it cannot be done twice. When
 * the server then says that this version is over, and the object is as it was wanted, the first one was done.
 */
import type { StoredObject } from '#contracts/store';
import { ApiUnavailable } from '../client/errors.js';

export interface SureWrite<R extends StoredObject> {
  readonly write: () => Promise<R>;
  readonly read: () => Promise<R>;
  readonly isDone: (now: R) => boolean;
}

/** @throws what `write` throws, when it is not known to be done */
export async function sureWrite<R extends StoredObject>({ write, read, isDone }: SureWrite<R>): Promise<R> {
  const first = { wasLost: false };
  try {
    return await onceMore(write, () => (first.wasLost = true));
  } catch (error) {
    if (!first.wasLost || error instanceof ApiUnavailable) throw error;
    const now = await read();
    if (isDone(now)) return now;
    throw error;
  }
}

/** Again when the answer to the first was lost. */
export async function onceMore<R>(write: () => Promise<R>, onLost: () => void = () => undefined): Promise<R> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ApiUnavailable) || !error.isUnresolved) throw error;
    onLost();
    return write();
  }
}
