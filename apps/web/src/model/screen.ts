/*
 * Everything a device's panels draw, made once per ledger.
 */
import type { DeviceLedger } from '#contracts/ledger';
import { cellUnit, type CellUnit } from './format.js';
import { groupsOf, tonesOf, type Group, type Tone } from './groups.js';
import { sumTerms, type Term } from './sum.js';
import { buildTree, type Tree } from './tree.js';

export interface DeviceModel {
  readonly device: DeviceLedger;
  readonly tree: Tree;
  readonly groups: readonly Group[];
  readonly tones: ReadonlyMap<string, Tone>;
  readonly terms: readonly Term[] | null;
  readonly unit: CellUnit;
  /** The largest unit (pod, service, container): what bars of parts are measured by. */
  readonly largestBytes: number;
}

export function deviceModel(device: DeviceLedger): DeviceModel {
  const tree = buildTree(device);
  const groups = groupsOf(tree);
  return {
    device,
    tree,
    groups,
    tones: tonesOf(groups),
    terms: sumTerms(device, groups),
    unit: cellUnit(device.usedBytes),
    largestBytes: groups.reduce((most, group) => Math.max(most, group.units[0]?.bytes ?? 0), 0),
  };
}
