/* Sheets and dialogs: at most one of them is open. */
import type { ReactNode } from 'react';
import type { Acts } from '../data/acts.js';
import type { RecordsState } from '../data/records.js';
import type { DeviceModel } from '../model/screen.js';
import type { Selection } from '../model/selection.js';
import { ByHand } from './by-hand.js';
import { Help } from './help.js';
import { ModeSheet } from './mode-control.js';
import { usePage } from './page-context.js';
import { PauseDialog } from './pause-dialog.js';

export type Sheet =
  | { readonly kind: 'help' | 'nodes' | 'pause' | 'by-hand' }
  | { readonly kind: 'mode'; readonly anchor: DOMRect };

interface SheetsProps {
  readonly sheet: Sheet | null;
  readonly acts: Acts;
  readonly records: RecordsState;
  readonly isLinked: boolean;
  readonly model: DeviceModel | null;
  readonly selection: Selection;
  readonly node: string | null;
  readonly onSheet: (sheet: Sheet | null) => void;
}

export function Sheets(props: SheetsProps): ReactNode {
  const { sheet, acts, records, isLinked, model, selection, node, onSheet } = props;
  const { choose } = usePage();
  const close = (): void => onSheet(null);
  const mode = records.mode.items?.get('mode') ?? null;
  switch (sheet?.kind) {
    case 'help':
      return <Help onClose={close} />;
    case 'pause':
      return <PauseDialog acts={acts} pause={mode?.pause ?? null} isLinked={isLinked} onClose={close} />;
    case 'mode':
      return <ModeSheet mode={mode} acts={acts} anchor={sheet.anchor} onClose={close} />;
    case 'by-hand':
      return (
        <ByHand
          acts={acts}
          node={node ?? ''}
          row={selection.row === null ? null : (model?.tree.byKey.get(selection.row) ?? null)}
          mode={mode}
          onClose={close}
          onMade={(name) => choose({ question: 'done', done: 'timeline', opened: name })}
        />
      );
    case 'nodes':
    case undefined:
      return null;
  }
}
