/*
 * A controller without a state dir: it senses, shows and answers, and keeps nothing that could be acted on.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { AuditPage, AuditTrail } from '#contracts/audit';
import {
  StoreUnavailable,
  type Created,
  type ObjectStore,
  type PolicySource,
  type SourcedPolicy,
  type StoredObject,
  type StoredValue,
} from '#contracts/store';

export const NO_STATE_DIR =
  'No MEMWARDEN_STATE_DIR: findings, cleanups and the pause cannot be kept, so no policy is in force and nothing is acted on. Set it to a folder of the controller’s own.';

const NOTHING: Disposable = { [Symbol.dispose]: () => undefined };

export class NoObjects<T extends StoredObject> implements ObjectStore<T> {
  list(): readonly T[] {
    return [];
  }

  get(): T | null {
    return null;
  }

  create(): Promise<Created<T>> {
    return refused();
  }

  update(): Promise<T> {
    return refused();
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  onChange(): Disposable {
    return NOTHING;
  }
}

export class NoValue<V> implements StoredValue<V> {
  get(): V | null {
    return null;
  }

  set(): Promise<void> {
    return refused();
  }
}

export class NoTrail implements AuditTrail {
  record(): Promise<void> {
    return refused();
  }

  read(): Promise<AuditPage> {
    return Promise.resolve({ entries: [], continue: null });
  }
}

export class NoPolicies<T extends StoredObject> implements PolicySource<T>, AsyncDisposable {
  health(): ComponentHealth {
    return { component: 'policies', state: 'ok' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  list(): readonly SourcedPolicy<T>[] {
    return [];
  }

  onChange(): Disposable {
    return NOTHING;
  }
}

function refused<R>(): Promise<R> {
  return Promise.reject(new StoreUnavailable(NO_STATE_DIR));
}
