/* What a cleanup did, step by step: times, order, measurements; who asked, which policy and finding, how long it may take. */
import type { ReactNode } from 'react';
import { outcomeOf } from '../model/cleanup.js';
import { clockTime, dateTime, qualifiedSize, setSpan, sizeText } from '../model/format.js';
import { shortened, visible } from '../model/names.js';
import type { Cleanup, Measured, Rung, Step } from '../model/objects.js';
import type { Fact } from '../model/provenance.js';
import { spaced } from '../model/reasons.js';
import { usePage } from './page-context.js';
import { FactList } from './source.js';

interface EntryDetailsProps {
  readonly cleanup: Cleanup;
  readonly onCancel: (name: string) => void;
}

export function EntryDetails({ cleanup, onCancel }: EntryDetailsProps): ReactNode {
  const isUnderWay = outcomeOf(cleanup) === 'UnderWay';
  return (
    <div className="details">
      <ol className="steps-list">
        {cleanup.ladder.map((rung, at) => (
          <StepView key={at} at={at} rung={rung} step={cleanup.steps[at] ?? null} />
        ))}
      </ol>
      <FactList facts={factsOf(cleanup)} />
      <p className="details-links">
        <Links cleanup={cleanup} />
        {isUnderWay && !cleanup.cancelled && (
          <button type="button" className="button" onClick={() => onCancel(cleanup.name)}>
            Cancel
          </button>
        )}
      </p>
    </div>
  );
}

interface StepProps {
  readonly at: number;
  readonly rung: Rung;
  readonly step: Step | null;
}

function StepView({ at, rung, step }: StepProps): ReactNode {
  return (
    <li className="step">
      <p>
        <b>
          {at + 1}. {rung.act}
        </b>{' '}
        <span className="t2">{stepState(step)}</span>
      </p>
      <FactList facts={step === null ? [] : stepFacts(step, rung)} />
    </li>
  );
}

function stepState(step: Step | null): string {
  if (step === null || step.state === 'Pending') return 'not begun';
  const how = step.outcome ?? step.state;
  return step.reason === null || step.reason === how ? how : `${how}: ${spaced(step.reason)}`;
}

function stepFacts(step: Step, rung: Rung): readonly Fact[] {
  const least = rung.minFreedBytes;
  const rows: readonly (readonly [string, string | null, boolean?])[] = [
    ['before', measuredText(step.before)],
    ['ordered', timeText(step.issuedAtMs)],
    ['order', step.orderId === null ? null : shortened(step.orderId, 100), true],
    ['attempt', step.attempt > 1 ? String(step.attempt) : null],
    ['done', timeText(step.executedAtMs)],
    ['after', (step.outcome ?? step.state) === 'Unknown' ? 'unknown' : measuredText(step.after)],
    [
      'counts',
      least === null ? null : `from ${sizeText(least)} freed, ${setSpan(rung.verifyAfterSeconds)} later`,
    ],
    ['said', step.message === null ? null : visible(step.message.slice(0, LONGEST_SAID))],
  ];
  return facts(rows);
}

const LONGEST_SAID = 500;

function facts(rows: readonly (readonly [string, string | null, boolean?])[]): readonly Fact[] {
  return rows.flatMap(([term, text, code = false]) =>
    text === null || text === '' ? [] : [{ term, text, code }],
  );
}

function measuredText(measured: Measured | null): string | null {
  if (measured === null) return null;
  const quality = measured.quality === 'Measured' ? '' : `, ${spaced(measured.quality).toLowerCase()}`;
  return `${qualifiedSize(measured.bytes, measured.quality)} at ${clockTime(measured.atMs)}${quality}`;
}

function timeText(ms: number): string | null {
  return Number.isFinite(ms) ? clockTime(ms) : null;
}

function factsOf(cleanup: Cleanup): readonly Fact[] {
  const { policy, completed } = cleanup;
  return facts([
    ['asked by', visible(cleanup.requestedBy.slice(0, LONGEST_SAID))],
    ['words', cleanup.words === null ? null : visible(cleanup.words.slice(0, LONGEST_SAID))],
    ['policy', policy === null ? null : `${shortened(policy.name)}, generation ${policy.generation ?? '?'}`],
    ['made', Number.isFinite(cleanup.createdAtMs) ? dateTime(cleanup.createdAtMs) : null],
    ['closed', completed === null ? null : `${spaced(completed.reason)}, ${dateTime(completed.atMs)}`],
    ['until', completed === null ? timeText(cleanup.deadlineMs) : null],
    ['priority', cleanup.priority],
    ['name', shortened(cleanup.name), true],
  ]);
}

function Links({ cleanup }: { readonly cleanup: Cleanup }): ReactNode {
  const { choose, show } = usePage();
  return (
    <>
      <button type="button" className="link" onClick={() => show(cleanup.target)}>
        Show its row
      </button>
      {cleanup.finding !== null && (
        <button
          type="button"
          className="link"
          onClick={() => choose({ done: 'findings', opened: cleanup.finding })}
        >
          The finding
        </button>
      )}
      {cleanup.policy !== null && (
        <button
          type="button"
          className="link"
          onClick={() => choose({ done: 'policies', opened: cleanup.policy?.name ?? null })}
        >
          The policy
        </button>
      )}
    </>
  );
}
