/* One cleanup in the time line: how it ended, what it was, why, before and after; open, its steps. */
import type { ReactNode } from 'react';
import { actOf, deltaText, outcomeOf, OUTCOME_WORD, sentenceOf, timeOf } from '../model/cleanup.js';
import { clockTime } from '../model/format.js';
import type { Cleanup } from '../model/objects.js';
import { EntryDetails } from './entry-details.js';
import { FreedBar } from './freed-bar.js';
import { OutcomeMark } from './marks.js';
import { usePage } from './page-context.js';
import { useNow } from './use-now.js';
import type { Stop } from './virtual-list.js';
import { WhoView } from './who.js';

interface EntryProps {
  readonly cleanup: Cleanup;
  readonly isOpen: boolean;
  /** It is of the row that is chosen. */
  readonly isChosen: boolean;
  readonly stop: Stop;
  readonly onTurn: () => void;
  readonly onCancel: (name: string) => void;
}

export function Entry({ cleanup, isOpen, isChosen, stop, onTurn, onCancel }: EntryProps): ReactNode {
  const outcome = outcomeOf(cleanup);
  return (
    <article className={isChosen ? 'entry chosen' : 'entry'} data-outcome={outcome}>
      <button type="button" className="entry-main" aria-expanded={isOpen} onClick={onTurn} {...stop}>
        <time className="t2">{shortTime(timeOf(cleanup))}</time>
        <OutcomeMark outcome={outcome} />
        <span className="entry-line">
          <span className="entry-title cut">
            <b className={outcome === 'Freed' ? 'good' : undefined}>{OUTCOME_WORD[outcome]}</b>
            <span className="t3"> · </span>
            {actOf(cleanup)}{' '}
            <span className="t2">
              <WhoView target={cleanup.target} />
            </span>
          </span>
          <span className="entry-delta number">{deltaText(cleanup)}</span>
        </span>
        <span className="entry-why t2">
          {outcome === 'UnderWay' ? <LiveWhy cleanup={cleanup} /> : sentenceOf(cleanup, NaN)}
        </span>
        <FreedBar cleanup={cleanup} />
      </button>
      {isOpen && <EntryDetails cleanup={cleanup} onCancel={onCancel} />}
    </article>
  );
}

/** Its countdown is the only thing in the list that changes with the clock. */
function LiveWhy({ cleanup }: { readonly cleanup: Cleanup }): ReactNode {
  const { surroundings } = usePage();
  return sentenceOf(cleanup, useNow(surroundings));
}

/** "11:02", UTC as everywhere; the day stands above. */
export function shortTime(ms: number): string {
  const time = clockTime(ms);
  return time === 'unknown' ? '?' : time.slice(0, 5);
}
