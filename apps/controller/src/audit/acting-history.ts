/*
 * What people, policies and the breaker did, as audit entries. Pure.
 */
import { createHash } from 'node:crypto';
import type { MemoryPolicy } from '#api';
import type { AuditEntry } from '#contracts/audit';
import type { SourcedPolicy } from '#contracts/store';
import type { ActingChange } from '../acts/acting.js';
import type { PolicyChange } from '../policies/policy-keeper.js';

const NO_TARGET = { node: null, target: null, beforeBytes: null, afterBytes: null } as const;

/** Null: circumstances are seen in health, and are nobody's deed. */
export function historyOfActing(change: ActingChange, nowMs: number): AuditEntry | null {
  switch (change.kind) {
    case 'Paused': {
      const { by, atMs, reason } = change.pause;
      return entry({ id: `pause/${atMs}`, atMs, who: by, what: 'Paused', subject: 'pause', message: reason });
    }
    case 'Resumed': {
      const id = `pause/${change.pause.atMs}/Resumed`;
      return entry({ id, atMs: nowMs, who: change.by, what: 'Resumed', subject: 'pause', message: '' });
    }
    case 'BreakerOpened': {
      const { openedAtMs, reason } = change.breaker;
      return entry({
        id: `breaker/${openedAtMs}`,
        atMs: openedAtMs,
        who: 'controller',
        what: 'BreakerOpened',
        subject: 'breaker',
        message: reason,
      });
    }
    case 'BreakerReset': {
      const id = `breaker/${change.breaker.openedAtMs}/Reset`;
      return entry({
        id,
        atMs: nowMs,
        who: change.by,
        what: 'BreakerReset',
        subject: 'breaker',
        message: '',
      });
    }
    case 'Circumstances':
      return null;
  }
}

export function historyOfPolicy(change: PolicyChange, nowMs: number): AuditEntry {
  switch (change.kind) {
    case 'Accepted':
      return accepted(change.policy, nowMs);
    case 'Rejected':
      return rejected(change.sourced, nowMs);
    case 'Removed': {
      const { name, policy } = change;
      const id = `policy/${policy?.metadata.uid ?? name}/${policy?.metadata.generation ?? 0}/Removed`;
      return entry({
        id,
        atMs: nowMs,
        who: `policy/${name}`,
        what: 'PolicyRemoved',
        subject: name,
        message: '',
      });
    }
  }
}

function accepted({ metadata, spec }: MemoryPolicy, nowMs: number): AuditEntry {
  const { name, uid, generation = 1 } = metadata;
  return entry({
    id: `policy/${uid ?? name}/${generation}/Accepted`,
    atMs: nowMs,
    who: `policy/${name}`,
    what: 'PolicyAccepted',
    subject: name,
    message: `Generation ${generation} is in force, mode ${spec.mode}.`,
  });
}

function rejected(sourced: SourcedPolicy<MemoryPolicy>, nowMs: number): AuditEntry {
  const { source, name, object } = sourced;
  const problems = (sourced.rejected?.problems ?? [])
    .map(({ path, message }) => `${path}: ${message}`)
    .join('; ');
  const stays = object === null ? 'It rules nothing.' : 'Its last good generation stays in force.';
  const digest = createHash('sha256').update(`${source}\n${problems}`).digest('hex').slice(0, 16);
  return {
    ...entry({
      id: `policy/${digest}/Rejected`,
      atMs: nowMs,
      who: `policy/${name}`,
      what: 'PolicyRejected',
      subject: name,
      message: `${problems} ${stays}`,
    }),
    reason: sourced.rejected?.reason ?? 'Invalid',
  };
}

type Told = Pick<AuditEntry, 'id' | 'atMs' | 'who' | 'what' | 'subject' | 'message'>;

function entry(told: Told): AuditEntry {
  return { ...NO_TARGET, reason: told.what, ...told };
}
