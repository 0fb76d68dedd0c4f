/*
 * A policy with its status: what it rules, what it did in a day, and whether it is accepted, in force and enforcing. Pure.
 */
import { rfc3339, withCondition, type Condition, type MemoryPolicy, type MemoryPolicyStatus } from '#api';
import { sentence, type LastDay, type RuledTargets } from '#policy';
import type { ModeLevel } from '#contracts/mode';
import type { SourcedPolicy } from '#contracts/store';
import { modeOf } from './policy-keeper.js';

const SOURCE_ANNOTATION = 'memwarden.dev/source';

/** A file that was never accepted has no spec that could be shown. */
export type PolicyView =
  | MemoryPolicy
  | (Pick<MemoryPolicy, 'apiVersion' | 'kind' | 'metadata'> & {
      readonly status: NonNullable<MemoryPolicy['status']>;
    });

export interface PolicyFacts {
  readonly ruled: RuledTargets;
  /** Null: it did nothing. */
  readonly lastDay: LastDay | null;
  /** The first level that holds acts back. */
  readonly heldBackBy: ModeLevel | null;
  readonly agents: { readonly desired: number; readonly updated: number };
  readonly nowMs: number;
}

const NOTHING: LastDay = { wouldAct: 0, acted: 0, freedBytes: 0, refused: [] };
const MOST_PROBLEMS = 8;
const MOST_LISTED = 32;
const LONGEST = 1024;

export function policyView(sourced: SourcedPolicy<MemoryPolicy>, facts: PolicyFacts): PolicyView {
  const { object, source, name } = sourced;
  const conditions = conditionsOf(sourced, facts);
  if (object === null)
    return {
      apiVersion: 'memwarden.dev/v1alpha1',
      kind: 'MemoryPolicy',
      metadata: { name, annotations: { [SOURCE_ANNOTATION]: source } },
      status: { ...problemsOf(sourced), conditions },
    };
  const { ruled, lastDay, agents } = facts;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [SOURCE_ANNOTATION]: source },
    },
    status: {
      observedGeneration: object.metadata.generation ?? 1,
      agents,
      rules: { pods: ruled.rules, shadowed: ruled.shadowed, shadowedBy: ruled.shadowedBy },
      lastDay: lastDay ?? NOTHING,
      ...problemsOf(sourced),
      conditions,
    },
  };
}

/** As the source says them: the condition's message has the first ones in words. */
function problemsOf({ rejected }: SourcedPolicy<MemoryPolicy>): Pick<MemoryPolicyStatus, 'problems'> {
  if (rejected === null) return {};
  return {
    problems: rejected.problems.slice(0, MOST_LISTED).map(({ path, message }) => ({
      path: path.slice(0, LONGEST),
      message: message.slice(0, LONGEST),
    })),
  };
}

function conditionsOf(sourced: SourcedPolicy<MemoryPolicy>, facts: PolicyFacts): readonly Condition[] {
  const { object } = sourced;
  const observed = [
    accepted(sourced),
    object === null
      ? said('InForce', false, 'NeverAccepted', 'It rules nothing.')
      : said('InForce', true, 'LastGoodGeneration', `Generation ${object.metadata.generation ?? 1}.`),
    enforcing(object, facts.heldBackBy),
    shadowed(facts.ruled),
  ];
  const atMs = Date.parse(object?.metadata.creationTimestamp ?? rfc3339(facts.nowMs));
  return observed.reduce<readonly Condition[]>((all, each) => withCondition(all, each, atMs), []);
}

type Said = Omit<Condition, 'lastTransitionTime'>;

function said(type: string, isTrue: boolean, reason: string, message: string): Said {
  return { type, status: isTrue ? 'True' : 'False', reason, message };
}

function accepted({ object, rejected }: SourcedPolicy<MemoryPolicy>): Said {
  if (rejected === null) return said('Accepted', true, 'Valid', 'The newest edit is in force.');
  const shown = rejected.problems.slice(0, MOST_PROBLEMS);
  const more = rejected.problems.length - shown.length;
  const problems = shown
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
  const stays = object === null ? '' : ' The last good generation stays in force.';
  return said(
    'Accepted',
    false,
    rejected.reason,
    `${sentence(shortened(`${problems}${more > 0 ? `; and ${more} more` : ''}`))}${stays}`,
  );
}

/** What follows must have room in LONGEST, too. */
function shortened(text: string): string {
  const most = LONGEST - 64;
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

function enforcing(object: MemoryPolicy | null, heldBackBy: ModeLevel | null): Said {
  if (object === null) return said('Enforcing', false, 'NeverAccepted', 'It rules nothing.');
  if (object.spec.paused) return said('Enforcing', false, 'PolicyPaused', 'spec.paused is true.');
  const mode = modeOf(object);
  if (mode !== 'Enforce')
    return said('Enforcing', false, `Mode${mode}`, `spec.mode is ${mode}: nothing is acted on.`);
  if (heldBackBy !== null)
    return said('Enforcing', false, 'ActsOff', `${heldBackBy.level}: ${heldBackBy.reason}`);
  return said('Enforcing', true, 'ModeEnforce', 'Acts are on.');
}

function shadowed({ shadowed: count, shadowedBy }: RuledTargets): Said {
  if (count === 0) return said('Shadowed', false, 'Rules', 'No other policy rules what this one matches.');
  return said(
    'Shadowed',
    true,
    'LowerPrecedenceRules',
    `${count} of the targets that it matches are ruled by ${shadowedBy.join(', ')}.`,
  );
}
