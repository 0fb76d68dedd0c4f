/* The printed sum, in the same digits as the rows below it. A click writes all sizes to the byte, and back. */
import { Fragment, type ReactNode } from 'react';
import type { DeviceModel } from '../model/screen.js';
import { usePage } from './page-context.js';
import { Size } from './size.js';

export function Sum({ model }: { readonly model: DeviceModel }): ReactNode {
  const { exact, choose } = usePage();
  const { terms, device } = model;
  if (terms === null) return <p className="sum t2">Use unknown: nothing adds up to it.</p>;
  return (
    <button
      type="button"
      className="sum"
      aria-pressed={exact}
      title={exact ? 'In short figures (b)' : 'To the byte (b)'}
      onClick={() => choose({ exact: !exact })}
    >
      {terms.map((term, at) => (
        <Fragment key={term.name}>
          {at > 0 && <span className="t3"> + </span>}
          <span className="term">
            <bdi>{term.name}</bdi> <b data-term={term.name}>{<Size bytes={term.bytes} exact={exact} />}</b>
          </span>
        </Fragment>
      ))}
      <span className="t3"> = </span>
      <span className="term">
        used{' '}
        <b data-term="used">
          <Size bytes={device.usedBytes} exact={exact} />
        </b>
      </span>
    </button>
  );
}
