/* The page: one node, its devices, their rows, and the chosen one of them. */
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Surroundings } from '../config.js';
import type { Address, Patch } from '../data/address.js';
import type { Api } from '../data/api.js';
import type { Feed } from '../data/feed.js';
import { isSilent, type LiveState } from '../data/live.js';
import type { PageLedger, PageNode } from '../data/wire.js';
import { COLUMNS, matching, revealing, visibleRows, type View } from '../model/order.js';
import { deviceModel, type DeviceModel } from '../model/screen.js';
import type { Selection, Theme } from '../model/selection.js';
import { Chosen } from './chosen.js';
import { Cost } from './cost.js';
import { Devices } from './devices.js';
import { Header } from './header.js';
import { Help } from './help.js';
import { Nothing, NoticeLine } from './notices.js';
import { Page, usePage, type PageContext, type Subject } from './page-context.js';
import { rowDomId } from './row.js';
import { focusOn, GRID_ID, Rows, SEARCH_ID } from './rows.js';
import { Source } from './source.js';
import { useKeys, type Keys } from './use-keys.js';
import { useNow } from './use-now.js';
import { usePainted } from './use-painted.js';
import { useTheme } from './use-theme.js';

export interface PageProps {
  readonly api: Api;
  readonly feed: Feed;
  readonly address: Address;
  readonly surroundings: Surroundings;
}

type Sheet = 'help' | 'nodes' | null;

export function PageView({ api, feed, address, surroundings }: PageProps): ReactNode {
  const live = useSyncExternalStore(feed.subscribe, feed.state);
  const selection = useSyncExternalStore(address.subscribe, address.state);
  const nowMs = useNow(surroundings);
  const theme = useTheme(selection.theme);
  const [subject, setSubject] = useState<Subject | null>(null);
  const [sheet, setSheet] = useState<Sheet>(null);
  const models = useModels(live.ledger);
  const model = models.find((one) => one.device.id === selection.device) ?? models[0] ?? null;
  usePainted(live.ledger?.takenAtMs ?? null);

  const choose = useCallback((patch: Patch) => address.choose(patch), [address]);
  const { exact } = selection;
  const context = useMemo<PageContext>(() => ({ exact, choose, ask: setSubject }), [exact, choose]);
  const turnTheme = (): void => choose({ theme: theme === 'dark' ? 'light' : 'dark' });
  const ask = (): void => askChosen(model, selection, setSubject);
  useKeys(pageKeys({ selection, choose, turnTheme, ask, open: setSheet }));

  const silent = isSilent(live, nowMs);
  const takenAtMs = live.ledger?.takenAtMs ?? NaN;
  return (
    <Page value={context}>
      <div className={pageClass(live.link.kind === 'lost' || silent, exact)}>
        <Header
          live={live}
          nowMs={nowMs}
          silent={silent}
          onTheme={turnTheme}
          onHelp={() => setSheet('help')}
          switching={sheet === 'nodes'}
          onSwitch={(open) => setSheet(open ? 'nodes' : null)}
        />
        <NoticeLine live={live} nowMs={nowMs} silent={silent} onRetry={feed.retryNow} />
        <main className={model === null ? 'panels bare' : 'panels'}>
          {model === null ? (
            <Nothing live={live} />
          ) : (
            <Panels {...{ api, live, models, model, selection, nowMs, takenAtMs, theme }} />
          )}
        </main>
        <Foot />
      </div>
      {subject !== null && (
        <Source
          subject={subject}
          model={model}
          agent={nodeShown(live)?.agent ?? null}
          moment={{ nowMs, takenAtMs }}
          api={api}
          node={live.node}
          onClose={() => setSubject(null)}
        />
      )}
      {sheet === 'help' && <Help onClose={() => setSheet(null)} />}
    </Page>
  );
}

function pageClass(dim: boolean, exact: boolean): string {
  return ['page', ...(dim ? ['dim'] : []), ...(exact ? ['exact'] : [])].join(' ');
}

function nodeShown(live: LiveState): PageNode | undefined {
  return live.nodes?.find((one) => one.node === live.node);
}

interface PanelsProps {
  readonly api: Api;
  readonly live: LiveState;
  readonly models: readonly DeviceModel[];
  readonly model: DeviceModel;
  readonly selection: Selection;
  readonly nowMs: number;
  readonly takenAtMs: number;
  readonly theme: Theme;
}

function Panels({ api, live, models, model, selection, nowMs, takenAtMs, theme }: PanelsProps): ReactNode {
  const { choose } = usePage();
  const view = useView(model, selection);
  const rows = useMemo(() => visibleRows(model.tree, view), [model, view]);
  const chooseRow = (device: string, row: string | null): void => {
    const tree = models.find((one) => one.device.id === device)?.tree;
    const turned = tree === undefined || row === null ? selection.turned : revealing(tree, row, view);
    choose({ device: device === models[0]?.device.id ? null : device, row, turned });
  };
  return (
    <>
      <Devices
        models={models}
        chosenDevice={model.device.id}
        chosenRow={selection.row}
        takenAtMs={takenAtMs}
        nowMs={nowMs}
        onChoose={chooseRow}
      />
      <Rows
        model={model}
        rows={rows}
        view={view}
        query={selection.query}
        sort={selection.sort}
        chosen={selection.row}
      />
      <Chosen
        api={api}
        model={model}
        node={live.node ?? ''}
        selection={selection}
        takenAtMs={takenAtMs}
        theme={theme}
      />
      <Cost node={nodeShown(live)} pressure={live.ledger?.pressure ?? null} />
    </>
  );
}

function useModels(ledger: PageLedger | null): readonly DeviceModel[] {
  return useMemo(() => (ledger === null ? [] : ledger.devices.map(deviceModel)), [ledger]);
}

function useView(model: DeviceModel, selection: Selection): View {
  const { sort, turned, query } = selection;
  const matches = useMemo(() => matching(model.tree, query), [model, query]);
  return useMemo(() => ({ sort, turned: new Set(turned), matches }), [sort, turned, matches]);
}

function askChosen(model: DeviceModel | null, selection: Selection, ask: (subject: Subject) => void): void {
  if (model === null) return;
  const element = selection.row === null ? null : document.getElementById(rowDomId(selection.row));
  const anchor = (element ?? document.querySelector('.device-used'))?.getBoundingClientRect();
  if (anchor === undefined) return;
  if (selection.row === null) ask({ about: 'used', device: model.device.id, anchor });
  else ask({ about: 'row', key: selection.row, aspect: 'total', anchor });
}

interface KeyActs {
  readonly selection: Selection;
  readonly choose: (patch: Patch) => void;
  readonly turnTheme: () => void;
  readonly ask: () => void;
  readonly open: (sheet: 'help' | 'nodes') => void;
}

function pageKeys(acts: KeyActs): Keys {
  const { selection, choose } = acts;
  const { sort } = selection;
  const taking = (act: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    act();
  };
  const nextColumn = COLUMNS[(COLUMNS.indexOf(sort.column) + 1) % COLUMNS.length] ?? 'total';
  return {
    '/': taking(() => focusOn(SEARCH_ID)),
    j: handOver,
    k: handOver,
    i: taking(acts.ask),
    s: () => choose({ sort: { column: nextColumn, descending: nextColumn !== 'name' } }),
    S: () => choose({ sort: { column: sort.column, descending: !sort.descending } }),
    b: () => choose({ exact: !selection.exact }),
    t: acts.turnTheme,
    '?': () => acts.open('help'),
    'g n': taking(() => acts.open('nodes')),
    Escape: () => choose(selection.query === '' ? { row: null } : { query: '' }),
  };
}

/** The grid's own keys, pressed while the focus is elsewhere: the grid gets the focus and the key. */
function handOver(event: KeyboardEvent): void {
  event.preventDefault();
  focusOn(GRID_ID);
  const again = new KeyboardEvent('keydown', { key: event.key, bubbles: true, cancelable: true });
  document.getElementById(GRID_ID)?.dispatchEvent(again);
}

function Foot(): ReactNode {
  return (
    <footer className="foot" aria-hidden="true">
      {FOOT.map(([keys, meaning]) => (
        <span key={keys}>
          {keys.split(' ').map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
          {meaning}
        </span>
      ))}
      <span className="end">≈ estimated</span>
      <span>? unknown</span>
    </footer>
  );
}

const FOOT: readonly (readonly [string, string])[] = [
  ['/', 'find'],
  ['j k', 'move'],
  ['← →', 'fold'],
  ['↵', 'open'],
  ['i', 'where a number comes from'],
  ['s', 'sort'],
  ['b', 'to the byte'],
  ['?', 'all keys'],
];
