/* One finding: its holder, its share of the limit as a bar, what was decided; open, the evidence and the rule. */
import type { ReactNode } from 'react';
import type { RecordsState } from '../data/records.js';
import { decisionText, markOf, percentText, sinceText } from '../model/finding.js';
import { clockTime, dateTime, qualifiedSize, sizeText } from '../model/format.js';
import { shortened, visible } from '../model/names.js';
import type { Finding, Policy } from '../model/objects.js';
import { spaced } from '../model/reasons.js';
import { shortTime } from './entry.js';
import { StageMark } from './marks.js';
import { usePage } from './page-context.js';
import { FactList } from './source.js';
import type { Stop } from './virtual-list.js';
import { WhoView } from './who.js';

interface FindingEntryProps {
  readonly finding: Finding;
  readonly records: RecordsState;
  readonly isOpen: boolean;
  readonly isChosen: boolean;
  readonly isUrgent: boolean;
  readonly stop: Stop;
  readonly onTurn: () => void;
}

const NO_POLICIES: ReadonlyMap<string, Policy> = new Map();

export function FindingEntry(props: FindingEntryProps): ReactNode {
  const { finding, records, isOpen, isChosen, isUrgent, stop, onTurn } = props;
  const cleanup = finding.cleanup === null ? null : (records.cleanups.items?.get(finding.cleanup) ?? null);
  const policies = records.policies.items ?? NO_POLICIES;
  return (
    <article className={isChosen ? 'entry chosen' : 'entry'} data-stage={finding.stage}>
      <button type="button" className="entry-main" aria-expanded={isOpen} onClick={onTurn} {...stop}>
        <time className="t2">{shortTime(finding.firstSeenMs)}</time>
        <StageMark stage={finding.stage} urgent={isUrgent} />
        <span className="entry-line">
          <span className="entry-title cut">
            <b className={isUrgent ? 'urgent' : undefined}>{finding.stage}</b>
            <span className="t3"> · </span>
            {finding.type}{' '}
            <span className="t2">
              <WhoView target={finding.target} />
            </span>
          </span>
          <span className={isUrgent ? 'entry-delta number urgent' : 'entry-delta number'}>
            {finding.percent === null ? '' : percentText(finding.percent)}
          </span>
        </span>
        <span className="entry-why t2">{decisionText(finding, cleanup)}</span>
        <LimitBar finding={finding} mark={markOf(finding, policies)} />
      </button>
      {isOpen && <FindingDetails finding={finding} mark={markOf(finding, policies)} />}
    </article>
  );
}

interface LimitBarProps {
  readonly finding: Finding;
  /** Percent of the limit from which it counts. */
  readonly mark: number | null;
}

/** How much of the limit is held; a tick stands where the policy's mark is. */
function LimitBar({ finding, mark }: LimitBarProps): ReactNode {
  const { percent, limitBytes } = finding;
  return (
    <span className="freed">
      <span className={percent === null ? 'freed-bar unknown' : 'freed-bar'} aria-hidden="true">
        {percent !== null && (
          <i className="kept" style={{ width: `${Math.min(100, Math.max(0, percent))}%` }} />
        )}
        {mark !== null && percent !== null && (
          <i className="tick" style={{ left: `${Math.min(100, mark)}%` }} />
        )}
      </span>
      <span className="freed-foot">
        <span>{qualifiedSize(finding.bytes, finding.quality)}</span>
        <span>{limitBytes === null ? '' : `of ${sizeText(limitBytes)}`}</span>
      </span>
    </span>
  );
}

function FindingDetails({ finding, mark }: LimitBarProps): ReactNode {
  const { decision } = finding;
  const facts = [
    { term: 'stage', text: stageText(finding) },
    { term: 'seen', text: `${sinceText(finding)}, last at ${clockTime(finding.lastSeenMs)}` },
    ...(mark === null ? [] : [{ term: 'counts', text: `from ${percentText(mark)} of the limit` }]),
    { term: 'growth', text: growthText(finding) },
    {
      term: 'policy',
      text: `${shortened(finding.policy.name)}, generation ${finding.policy.generation ?? '?'}, detector ${shortened(finding.detector, 60)}`,
    },
    ...(decision === null
      ? []
      : [
          {
            term: 'decision',
            text: `${decision.kind} by rule ${shortened(decision.reason, 60)} at ${clockTime(decision.atMs)}: ${visible(decision.message.slice(0, 500))}`,
          },
        ]),
    { term: 'name', text: shortened(finding.name), code: true },
  ];
  return (
    <div className="details">
      <p className="details-head">Evidence</p>
      <FactList
        facts={finding.evidence.map((one) => ({
          term: clockTime(one.atMs).replace(' UTC', ''),
          text: `${spaced(one.type)}: ${visible(one.message.slice(0, 300))}`,
        }))}
      />
      {finding.evidence.length === 0 && <p className="t2">None was kept.</p>}
      <p className="details-head">Who decided what</p>
      <FactList facts={facts} />
      <FindingLinks finding={finding} />
    </div>
  );
}

function stageText({ stage, stageSaid }: Finding): string {
  const when = Number.isFinite(stageSaid.atMs) ? ` since ${dateTime(stageSaid.atMs)}` : '';
  const why =
    stageSaid.reason === '' || stageSaid.reason === stage
      ? ''
      : `, ${spaced(stageSaid.reason).toLowerCase()}`;
  return `${stage}${when}${why}`;
}

function growthText({ growthPerHour }: Finding): string {
  if (growthPerHour === null) return 'no forecast yet; its history shows what it did';
  return `${growthPerHour < 0 ? '' : '+'}${sizeText(growthPerHour)} an hour`;
}

function FindingLinks({ finding }: { readonly finding: Finding }): ReactNode {
  const { choose, show } = usePage();
  return (
    <p className="details-links">
      <button type="button" className="link" onClick={() => show(finding.target)}>
        Show its row
      </button>
      {finding.cleanup !== null && (
        <button
          type="button"
          className="link"
          onClick={() => choose({ done: 'timeline', opened: finding.cleanup })}
        >
          {finding.cleanups > 1 ? `The last of ${finding.cleanups} cleanups` : 'The cleanup'}
        </button>
      )}
      <button
        type="button"
        className="link"
        onClick={() => choose({ done: 'policies', opened: finding.policy.name })}
      >
        The policy
      </button>
    </p>
  );
}
