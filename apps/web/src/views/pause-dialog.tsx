/* Pause all acts, or let them go on: asked first, with a reason for those who find it later. */
import { useState, type ReactNode } from 'react';
import type { Acts } from '../data/acts.js';
import { dateTime } from '../model/format.js';
import { visible } from '../model/names.js';
import type { ModeNow } from '../model/objects.js';
import { Dialog } from './dialog.js';
import { ProblemText } from './problem-text.js';
import { useAsking } from './use-asking.js';

interface PauseDialogProps {
  readonly acts: Acts;
  readonly pause: ModeNow['pause'];
  /** False: the controller cannot be asked now. */
  readonly isLinked: boolean;
  readonly onClose: () => void;
}

export function PauseDialog(props: PauseDialogProps): ReactNode {
  if (!props.isLinked) return <Offline onClose={props.onClose} />;
  return props.pause === null ? <Pause {...props} /> : <Resume {...props} pause={props.pause} />;
}

const LONGEST_REASON = 200;

function Pause({ acts, onClose }: PauseDialogProps): ReactNode {
  const [reason, setReason] = useState('');
  const { isWaiting, problem, ask } = useAsking();
  return (
    <Dialog title="Pause all acts?" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(() => acts.pause(reason.trim()), onClose);
        }}
      >
        <p className="t2">
          On every node nothing is sent any more, until somebody resumes. Measuring and findings go on. What
          was already sent cannot be called back.
        </p>
        <label className="field">
          <span>Why, for whoever finds it paused</span>
          <input
            data-first
            type="text"
            value={reason}
            maxLength={LONGEST_REASON}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <ProblemText problem={problem} />
        <p className="form-end">
          <button type="button" className="button" onClick={onClose}>
            Leave as it is
          </button>
          <button type="submit" className="button main" disabled={isWaiting}>
            Pause acts
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface ResumeProps extends PauseDialogProps {
  readonly pause: NonNullable<ModeNow['pause']>;
}

function Resume({ acts, pause, onClose }: ResumeProps): ReactNode {
  const { isWaiting, problem, ask } = useAsking();
  return (
    <Dialog title="Resume acts?" onClose={onClose}>
      <p className="t2">
        Paused by <bdi>{visible(pause.by)}</bdi> since {dateTime(pause.atMs)}
        {pause.reason === '' ? ', without a reason.' : ':'}
      </p>
      {pause.reason !== '' && (
        <p className="quote">
          <bdi>{visible(pause.reason)}</bdi>
        </p>
      )}
      <p className="t2">What waits goes on at once, where its policy and its node still allow it.</p>
      <ProblemText problem={problem} />
      <p className="form-end">
        <button type="button" className="button" onClick={onClose}>
          Leave paused
        </button>
        <button
          type="button"
          className="button main"
          data-first
          disabled={isWaiting}
          onClick={() => ask(() => acts.resume(), onClose)}
        >
          Resume acts
        </button>
      </p>
    </Dialog>
  );
}

function Offline({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Pausing needs the controller" onClose={onClose}>
      <p className="t2">
        The link to it is lost, so the page cannot pause anything now. On the node itself{' '}
        <code>memwarden stop</code> writes the stop file: its agent sends nothing from then on, whatever else
        is up or down. <code>memwarden stop --remove</code> takes it away.
      </p>
      <p className="form-end">
        <button type="button" className="button" data-first onClick={onClose}>
          Close
        </button>
      </p>
    </Dialog>
  );
}
