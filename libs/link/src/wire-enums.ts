/*
 * Wire numbers ↔ words of the vocabulary. A number without a word is refused, so that nothing unknown gets past the link.
 */
import type { ComponentHealth } from '#contracts/agent';
import { InvalidValue } from '#contracts/errors';
import type { DeviceKind, HolderClass, HolderKind } from '#contracts/ledger';
import type { Mode } from '#contracts/mode';
import type { Quantity } from '#contracts/series';
import type { Quality } from '#contracts/units';
import * as wire from './gen/memwarden/link/v1/link.js';

interface Words<Wire extends number, Word extends string> {
  toWire(word: Word): Wire;
  /** @throws {InvalidValue} for a number without a word */
  toWord(value: Wire): Word;
}

function words<Wire extends number, Word extends string>(
  name: string,
  table: Readonly<Record<Word, Wire>>,
): Words<Wire, Word> {
  const back = new Map<Wire, Word>();
  for (const word of Object.keys(table) as Word[]) back.set(table[word], word);
  return {
    toWire: (word) => table[word],
    toWord: (value) => {
      const word = back.get(value);
      if (word === undefined) throw new InvalidValue(`${name} ${value} is not known here.`);
      return word;
    },
  };
}

export const healthStates = words<wire.HealthState, ComponentHealth['state']>('Health state', {
  ok: wire.HealthState.HEALTH_STATE_OK,
  degraded: wire.HealthState.HEALTH_STATE_DEGRADED,
  failed: wire.HealthState.HEALTH_STATE_FAILED,
});

export const deviceKinds = words<wire.DeviceKind, DeviceKind>('Device kind', {
  host: wire.DeviceKind.DEVICE_KIND_HOST,
  gpu: wire.DeviceKind.DEVICE_KIND_GPU,
});

export const holderKinds = words<wire.HolderKind, HolderKind>('Holder kind', {
  cgroup: wire.HolderKind.HOLDER_KIND_CGROUP,
  process: wire.HolderKind.HOLDER_KIND_PROCESS,
  pod: wire.HolderKind.HOLDER_KIND_POD,
  bucket: wire.HolderKind.HOLDER_KIND_BUCKET,
});

export const holderClasses = words<wire.HolderClass, HolderClass>('Holder class', {
  Running: wire.HolderClass.HOLDER_CLASS_RUNNING,
  Deleted: wire.HolderClass.HOLDER_CLASS_DELETED,
  Kernel: wire.HolderClass.HOLDER_CLASS_KERNEL,
});

export const qualities = words<wire.Quality, Quality>('Quality', {
  measured: wire.Quality.QUALITY_MEASURED,
  estimated: wire.Quality.QUALITY_ESTIMATED,
  unknown: wire.Quality.QUALITY_UNKNOWN,
});

export const quantities = words<wire.Quantity, Quantity>('Quantity', {
  growth: wire.Quantity.QUANTITY_GROWTH,
  bytes: wire.Quantity.QUANTITY_BYTES,
  used: wire.Quantity.QUANTITY_USED,
  unattributed: wire.Quantity.QUANTITY_UNATTRIBUTED,
});

export const modes = words<wire.Mode, Mode>('Mode', {
  Observe: wire.Mode.MODE_OBSERVE,
  DryRun: wire.Mode.MODE_DRY_RUN,
  Enforce: wire.Mode.MODE_ENFORCE,
});
