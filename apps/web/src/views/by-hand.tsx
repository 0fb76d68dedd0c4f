/* Clean up by hand: of which row, what would be sent, what must be true for it; then it is followed in the time line. */
import { useState, type ReactNode } from 'react';
import type { Acts } from '../data/acts.js';
import type { Problem } from '../data/live.js';
import {
  canBeAsked,
  checksWords,
  planWords,
  requestOf,
  standingOf,
  WAITS_SECONDS,
  WAY_TEXT,
  WAYS,
  type Way,
  type Wish,
} from '../model/by-hand.js';
import { setSpan, sizeText } from '../model/format.js';
import { shortened } from '../model/names.js';
import type { ModeNow } from '../model/objects.js';
import type { TreeNode } from '../model/tree.js';
import { Dialog } from './dialog.js';
import { ProblemText } from './problem-text.js';
import { useAsking } from './use-asking.js';

interface ByHandProps {
  readonly acts: Acts;
  readonly node: string;
  readonly row: TreeNode | null;
  readonly mode: ModeNow | null;
  readonly onClose: () => void;
  readonly onMade: (name: string) => void;
}

export function ByHand(props: ByHandProps): ReactNode {
  const { row, onClose } = props;
  if (row === null || !canBeAsked(row)) return <NoTarget row={row} onClose={onClose} />;
  return <Ask {...props} row={row} />;
}

function NoTarget({ row, onClose }: Pick<ByHandProps, 'row' | 'onClose'>): ReactNode {
  return (
    <Dialog title="Clean up by hand" onClose={onClose}>
      <p className="t2">
        {row === null
          ? 'Choose a row first: the process, or the container or service, that shall give memory back.'
          : 'This row is no process and no single cgroup, so nobody can be asked. Choose a row below it.'}{' '}
        Nothing was sent.
      </p>
      <p className="form-end">
        <button type="button" className="button" data-first onClick={onClose}>
          Close
        </button>
      </p>
    </Dialog>
  );
}

function Ask({
  acts,
  node,
  row,
  mode,
  onClose,
  onMade,
}: ByHandProps & { readonly row: TreeNode }): ReactNode {
  const [wish, setWish] = useState<Wish>({ way: 'each', verifyAfterSeconds: 10, words: '' });
  const { isWaiting, problem, ask } = useAsking();
  const standing = standingOf(mode, node);
  const send = async (): Promise<Problem | null> => {
    const came = await acts.cleanUp(requestOf(node, row, wish));
    if (!('name' in came)) return came;
    onMade(came.name);
    return null;
  };
  return (
    <Dialog title="Clean up by hand" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(send, onClose);
        }}
      >
        <p className="by-hand-who">
          <bdi className="cut">
            <span className="t3">{row.label.prefix}</span>
            {row.label.text}
            {row.holder?.pid !== undefined && <span className="pid"> {row.holder.pid}</span>}
          </bdi>
          <span className="number">
            {sizeText(row.bytes)}
            {row.holder?.limitBytes !== undefined && (
              <span className="t3"> of {sizeText(row.holder.limitBytes)}</span>
            )}
          </span>
        </p>
        <Fields wish={wish} onChange={setWish} />
        <ul className="plan">
          {planWords(row, wish).map((line) => (
            <li key={line}>{line}</li>
          ))}
          <li>{checksWords(wish.way)}</li>
        </ul>
        <p className={standing.isOff ? 'standing note' : 'standing t2'}>
          <bdi>{shortened(standing.text, 300)}</bdi>
        </p>
        <ProblemText problem={problem} />
        <p className="form-end">
          <button type="button" className="button" onClick={onClose}>
            Send nothing
          </button>
          <button type="submit" className="button main" disabled={isWaiting}>
            Ask it to clean up
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly wish: Wish;
  readonly onChange: (wish: Wish) => void;
}

function Fields({ wish, onChange }: FieldsProps): ReactNode {
  return (
    <>
      <div className="field-row">
        <label className="field">
          <span>How</span>
          <select
            data-first
            value={wish.way}
            onChange={(event) => onChange({ ...wish, way: event.target.value as Way })}
          >
            {WAYS.map((way) => (
              <option key={way} value={way}>
                {WAY_TEXT[way]}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Measured again after</span>
          <select
            value={wish.verifyAfterSeconds}
            onChange={(event) => onChange({ ...wish, verifyAfterSeconds: Number(event.target.value) })}
          >
            {WAITS_SECONDS.map((seconds) => (
              <option key={seconds} value={seconds}>
                {setSpan(seconds)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <label className="field">
        <span>Why, for the record</span>
        <input
          type="text"
          value={wish.words}
          maxLength={200}
          onChange={(event) => onChange({ ...wish, words: event.target.value })}
        />
      </label>
    </>
  );
}
