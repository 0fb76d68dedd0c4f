/*
 * What local mode says of policies and acts when it is ready: asked of the controller, so that it is what holds.
 */
import type { MemoryPolicy } from '#api';
import type { ModeAnswer } from '../client/answers.js';
import type { ApiClient } from '../client/api.js';
import { isAccepted } from '../objects/policy-view.js';
import { printable } from '../text/escape.js';

export interface ActsFacts {
  /** A sentence without a full stop, like "off: nobody is allowed (…)". */
  readonly acts: string;
  /** Like "2 in force, 1 refused". */
  readonly policyCount: string;
}

const MOST_POLICIES = 1000;

/** Nothing of this is worth a start that fails. */
export async function askActs(client: ApiClient): Promise<ActsFacts> {
  const [mode, policies] = await Promise.all([
    client.mode().catch(() => null),
    client.list<MemoryPolicy>('policies', { limit: MOST_POLICIES }).catch(() => null),
  ]);
  const accepted = policies?.items.map(isAccepted);
  return { acts: mode === null ? 'not known yet' : actsLine(mode), policyCount: countLine(accepted ?? []) };
}

function actsLine(mode: ModeAnswer): string {
  const no = mode.levels.find((level) => level.mode !== 'Enforce');
  if (no !== undefined) return `off: ${printable(no.reason)}`;
  if (mode.acts === 'Off') return 'off';
  const [node] = mode.nodes;
  if (node === undefined) return 'not known yet';
  return node.mode === 'Enforce' ? 'possible, where a policy says Enforce' : `off: ${printable(node.reason)}`;
}

function countLine(accepted: readonly boolean[]): string {
  if (accepted.length === 0) return 'none yet';
  const refused = accepted.filter((isAccepted) => !isAccepted).length;
  return [`${accepted.length - refused} accepted`, ...(refused === 0 ? [] : [`${refused} refused`])].join(
    ', ',
  );
}
