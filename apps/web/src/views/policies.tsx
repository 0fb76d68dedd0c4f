/* Policies: what each rules, its mode, whether it was accepted and why not, and what it did in a day. */
import { useMemo, type ReactNode } from 'react';
import type { ShelfState } from '../data/shelf.js';
import { shortened } from '../model/names.js';
import type { Policy } from '../model/objects.js';
import {
  actionText,
  detectorText,
  lastDayText,
  notInForceText,
  policyState,
  policyWord,
  problemsOf,
  refusedWords,
  rulesText,
  sortedPolicies,
} from '../model/policy.js';
import type { Fact } from '../model/provenance.js';
import { ended } from '../model/reasons.js';
import { PolicyMark } from './marks.js';
import { usePage } from './page-context.js';
import { FactList } from './source.js';
import { VirtualList, type Stop } from './virtual-list.js';

interface PoliciesProps {
  readonly shelf: ShelfState<Policy>;
  readonly opened: string | null;
}

const ENTRY_PX = 62;

export function Policies({ shelf, opened }: PoliciesProps): ReactNode {
  const { choose } = usePage();
  const items = useMemo(
    () =>
      sortedPolicies(shelf.items?.values() ?? []).map((policy) => ({
        key: policy.key,
        isStop: true,
        policy,
      })),
    [shelf.items],
  );
  return (
    <VirtualList
      label="Policies"
      items={items}
      estimate={() => ENTRY_PX}
      revealed={opened}
      render={({ policy, key }, stop) => (
        <PolicyEntry
          policy={policy}
          isOpen={key === opened}
          stop={stop}
          onTurn={() => choose({ opened: key === opened ? null : key })}
        />
      )}
    />
  );
}

interface PolicyEntryProps {
  readonly policy: Policy;
  readonly isOpen: boolean;
  readonly stop: Stop;
  readonly onTurn: () => void;
}

function PolicyEntry({ policy, isOpen, stop, onTurn }: PolicyEntryProps): ReactNode {
  const state = policyState(policy);
  const problems = problemsOf(policy);
  return (
    <article className="entry" data-policy={state}>
      <button
        type="button"
        className="entry-main policy-main"
        aria-expanded={isOpen}
        onClick={onTurn}
        {...stop}
      >
        <PolicyMark state={state} />
        <span className="entry-title cut">
          <b className={state === 'Rejected' ? 'note' : undefined}>{policyWord(policy)}</b>
          <span className="t3"> · </span>
          <bdi>{shortened(policy.name, 80)}</bdi>
        </span>
        {policy.mode !== null && <span className="tag">{policy.mode}</span>}
        <span className="entry-why t2">
          {state === 'Rejected'
            ? `${ended(problems[0] ?? 'No reason was given')} ${notInForceText(policy)}`
            : `${rulesText(policy)} ${lastDayText(policy)}`}
        </span>
      </button>
      {isOpen && <PolicyDetails policy={policy} problems={problems} />}
    </article>
  );
}

interface DetailsProps {
  readonly policy: Policy;
  readonly problems: readonly string[];
}

function PolicyDetails({ policy, problems }: DetailsProps): ReactNode {
  return (
    <div className="details">
      {problems.length > 0 && (
        <>
          <p className="details-head">What is wrong</p>
          <ul className="problems">
            {problems.map((line) => (
              <li key={line}>
                <bdi>{line}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      <FactList facts={policyFacts(policy)} />
    </div>
  );
}

function policyFacts(policy: Policy): readonly Fact[] {
  const rows: readonly (readonly [string, string, boolean?])[] = [
    ['rules', rulesText(policy)],
    ['24 h', lastDayText(policy)],
    ['refused', refusedWords(policy).join(', ')],
    ['match', shortened(policy.match, 300)],
    ...policy.detectors.map((one): [string, string] => ['looks for', detectorText(one)]),
    ...policy.actions.map((one): [string, string] => ['does', actionText(one)]),
    ['hours', policy.windows.map((one) => shortened(one, 80)).join('; ')],
    ['at most', policy.limits],
    ['order', policy.precedence === null ? '' : `precedence ${policy.precedence}, the lowest rules`],
    ['version', versionText(policy)],
    ['file', shortened(policy.source ?? '', 200), true],
  ];
  return rows.flatMap(([term, text, code = false]) => (text === '' ? [] : [{ term, text, code }]));
}

function versionText({ generation, observedGeneration }: Policy): string {
  if (generation === null) return '';
  if (observedGeneration === null || observedGeneration === generation) return `generation ${generation}`;
  return `generation ${generation}, ${observedGeneration} is in force`;
}
