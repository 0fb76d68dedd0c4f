/* The page: one node, its devices, their rows, the chosen one of them, and what was done. */
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Surroundings } from '../config.js';
import type { Acts } from '../data/acts.js';
import type { Address, Patch } from '../data/address.js';
import type { Api } from '../data/api.js';
import type { Feed } from '../data/feed.js';
import { isSilent, type LiveState } from '../data/live.js';
import type { Records, RecordsState } from '../data/records.js';
import type { PageLedger } from '../data/wire.js';
import { attentionOf, type Attention } from '../model/attention.js';
import type { Target } from '../model/objects.js';
import { revealing, NO_FILTER } from '../model/order.js';
import type { Moment } from '../model/provenance.js';
import { deviceModel, type DeviceModel } from '../model/screen.js';
import type { Selection } from '../model/selection.js';
import { dayOf } from '../model/timeline.js';
import { AttentionLine } from './attention.js';
import { Done, knownOf } from './done.js';
import { Foot } from './foot.js';
import { Header } from './header.js';
import { NoticeLine, Nothing, SaidLine } from './notices.js';
import { Page, type PageContext, type Subject } from './page-context.js';
import { pageKeys } from './page-keys.js';
import { nodeShown, Panels } from './panels.js';
import { QuestionTabs } from './questions.js';
import { rowDomId } from './row.js';
import { Sheets, type Sheet } from './sheets.js';
import { Source } from './source.js';
import { useKeys } from './use-keys.js';
import { useNow } from './use-now.js';
import { usePainted } from './use-painted.js';
import { useTheme } from './use-theme.js';

export interface PageProps {
  readonly api: Api;
  readonly feed: Feed;
  readonly records: Records;
  readonly acts: Acts;
  readonly address: Address;
  readonly surroundings: Surroundings;
}

export function PageView(props: PageProps): ReactNode {
  const { api, feed, acts, address, surroundings } = props;
  const live = useSyncExternalStore(feed.subscribe, feed.state);
  const selection = useSyncExternalStore(address.subscribe, address.state);
  const records = useSyncExternalStore(props.records.subscribe, props.records.state);
  const nowMs = useNow(surroundings);
  const theme = useTheme(selection.theme);
  const [subject, setSubject] = useState<Subject | null>(null);
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const models = useModels(live.ledger);
  const model = models.find((one) => one.device.id === selection.device) ?? models[0] ?? null;
  const attention = useAttention(records);
  usePainted(live.ledger?.takenAtMs ?? null);

  const context = useContextValue(props, selection.exact, setSubject);
  const { choose } = context;
  const turnTheme = (): void => choose({ theme: theme === 'dark' ? 'light' : 'dark' });
  const ask = (): void => askChosen(model, selection, setSubject);
  useKeys(pageKeys({ selection, choose, turnTheme, ask, open: setSheet }));
  const { onByHand, onBreaker, onCancel } = useCallbacks(acts, setSheet, setSaid);

  const silent = isSilent(live, nowMs);
  const takenAtMs = live.ledger?.takenAtMs ?? NaN;
  const isLinked = live.link.kind !== 'lost';
  const done = (
    <Done
      records={records}
      view={selection.done}
      opened={selection.opened}
      row={selection.row}
      today={dayOf(nowMs)}
      onByHand={onByHand}
      onCancel={onCancel}
    />
  );
  return (
    <Page value={context}>
      <div className={pageClass(!isLinked || silent, selection.exact)} data-question={selection.question}>
        <Header
          live={live}
          nowMs={nowMs}
          silent={silent}
          mode={records.mode.items?.get('mode') ?? null}
          sheet={sheet}
          onTheme={turnTheme}
          onSheet={setSheet}
        />
        <div className="notices">
          <NoticeLine live={live} nowMs={nowMs} silent={silent} onRetry={feed.retryNow} />
          <SaidLine said={said} onClose={() => setSaid(null)} />
          <AttentionLine attention={attention} onBreaker={onBreaker} />
        </div>
        <main className={model === null ? 'panels bare' : 'panels'}>
          {model === null ? (
            <>
              <Nothing live={live} />
              {hasRecords(records) && done}
            </>
          ) : (
            <Panels {...{ api, live, records, models, model, selection, nowMs, takenAtMs, theme, done }} />
          )}
        </main>
        <Foot />
        <QuestionTabs
          current={selection.question}
          needing={attention?.kind === 'finding' ? attention.count : 0}
        />
      </div>
      <Asked
        {...{ subject, model, live, api }}
        moment={{ nowMs, takenAtMs }}
        onClose={() => setSubject(null)}
      />
      <Sheets {...{ sheet, acts, records, isLinked, model, selection }} node={live.node} onSheet={setSheet} />
    </Page>
  );
}

interface AskedProps {
  readonly subject: Subject | null;
  readonly model: DeviceModel | null;
  readonly live: LiveState;
  readonly api: Api;
  readonly moment: Moment;
  readonly onClose: () => void;
}

/** Where a number is from, while somebody asks. */
function Asked({ subject, live, ...rest }: AskedProps): ReactNode {
  if (subject === null) return null;
  return <Source {...rest} subject={subject} agent={nodeShown(live)?.agent ?? null} node={live.node} />;
}

interface Callbacks {
  readonly onByHand: () => void;
  readonly onBreaker: (anchor: DOMRect) => void;
  readonly onCancel: (name: string) => void;
}

function useCallbacks(
  acts: Acts,
  setSheet: (sheet: Sheet) => void,
  setSaid: (said: string | null) => void,
): Callbacks {
  const onByHand = useCallback(() => setSheet({ kind: 'by-hand' }), [setSheet]);
  const onBreaker = useCallback((anchor: DOMRect) => setSheet({ kind: 'mode', anchor }), [setSheet]);
  const onCancel = useCallback(
    (name: string) =>
      void acts
        .cancel(name)
        .then((problem) => setSaid(problem === null ? null : `Not cancelled: ${problem.text}`)),
    [acts, setSaid],
  );
  return { onByHand, onBreaker, onCancel };
}

/** What there is is shown also while there is no ledger: an agent that is gone takes no findings along. */
function hasRecords({ findings, cleanups }: RecordsState): boolean {
  return (findings.items?.size ?? 0) > 0 || (cleanups.items?.size ?? 0) > 0;
}

function useAttention(records: RecordsState): Attention | null {
  return useMemo(() => attentionOf(knownOf(records)), [records]);
}

/** The same value from sample to sample: what does not change is not drawn again. */
function useContextValue(
  { feed, address, surroundings }: PageProps,
  exact: boolean,
  ask: (subject: Subject) => void,
): PageContext {
  const choose = useCallback((patch: Patch) => address.choose(patch), [address]);
  const show = useCallback(
    (target: Target, patch: Patch = {}) =>
      address.choose({ ...revealed(feed.state(), address.state(), target), ...patch }),
    [feed, address],
  );
  return useMemo(
    () => ({ exact, choose, show, ask, surroundings }),
    [exact, choose, show, ask, surroundings],
  );
}

/** The target's row chosen, and every row above it open. A row that is gone is chosen too: the page says that it is gone. */
function revealed({ ledger }: LiveState, { turned, query }: Selection, { device, holder }: Target): Patch {
  const found = ledger?.devices.find((one) => one.id === device);
  const isFirst = ledger?.devices[0]?.id === device;
  const where = { device: isFirst || found === undefined ? null : device, row: holder, query: '' };
  if (found === undefined) return where;
  const marks = query === '' ? turned : [];
  return {
    ...where,
    turned: revealing(deviceModel(found).tree, holder, { turned: new Set(marks), matches: NO_FILTER }),
  };
}

function pageClass(dim: boolean, exact: boolean): string {
  return ['page', ...(dim ? ['dim'] : []), ...(exact ? ['exact'] : [])].join(' ');
}

function useModels(ledger: PageLedger | null): readonly DeviceModel[] {
  return useMemo(() => (ledger === null ? [] : ledger.devices.map(deviceModel)), [ledger]);
}

function askChosen(model: DeviceModel | null, selection: Selection, ask: (subject: Subject) => void): void {
  if (model === null) return;
  const element = selection.row === null ? null : document.getElementById(rowDomId(selection.row));
  const anchor = (element ?? document.querySelector('.device-used'))?.getBoundingClientRect();
  if (anchor === undefined) return;
  if (selection.row === null) ask({ about: 'used', device: model.device.id, anchor });
  else ask({ about: 'row', key: selection.row, aspect: 'total', anchor });
}
