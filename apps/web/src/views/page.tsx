/* The page: one node, its devices, their rows, and the chosen one of them. */
import { useCallback, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Surroundings } from '../config.js';
import type { Address, Patch } from '../data/address.js';
import type { Api } from '../data/api.js';
import type { Feed } from '../data/feed.js';
import { isSilent } from '../data/live.js';
import type { PageLedger } from '../data/wire.js';
import { COLUMNS, matching, NO_FILTER, revealing, visibleRows, type View } from '../model/order.js';
import { deviceModel, type DeviceModel } from '../model/screen.js';
import type { Selection } from '../model/selection.js';
import { Chosen } from './chosen.js';
import { Cost } from './cost.js';
import { Devices } from './devices.js';
import { Header } from './header.js';
import { Help } from './help.js';
import { Nothing, NoticeLine } from './notices.js';
import { Page, type PageContext, type Subject } from './page-context.js';
import { rowDomId } from './row.js';
import { Rows } from './rows.js';
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

export function PageView({ api, feed, address, surroundings }: PageProps): ReactNode {
  const live = useSyncExternalStore(feed.subscribe, feed.state);
  const selection = useSyncExternalStore(address.subscribe, address.state);
  const nowMs = useNow(surroundings);
  const theme = useTheme(selection.theme);
  const [subject, setSubject] = useState<Subject | null>(null);
  const [sheet, setSheet] = useState<'help' | 'nodes' | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const models = useModels(live.ledger);
  const model = models.find((one) => one.device.id === selection.device) ?? models[0] ?? null;
  const view = useView(model, selection);
  const rows = useMemo(() => (model === null ? [] : visibleRows(model.tree, view)), [model, view]);
  usePainted(live.ledger?.takenAtMs ?? null);

  const choose = useCallback((patch: Patch) => address.choose(patch), [address]);
  const context = useMemo<PageContext>(
    () => ({ exact: selection.exact, choose, ask: setSubject }),
    [selection.exact, choose],
  );
  const turnTheme = (): void => choose({ theme: theme === 'dark' ? 'light' : 'dark' });
  useKeys(
    pageKeys({
      selection,
      choose,
      turnTheme,
      find: () => search.current?.focus(),
      walk: () => grid.current?.focus(),
      ask: () => askChosen(model, selection, setSubject),
      open: setSheet,
    }),
  );

  const silent = isSilent(live, nowMs);
  const dim = live.link.kind === 'lost' || silent;
  const takenAtMs = live.ledger?.takenAtMs ?? NaN;
  const chooseRow = (device: string, row: string | null): void => {
    const tree = models.find((one) => one.device.id === device)?.tree;
    const turned = tree === undefined || row === null ? selection.turned : revealing(tree, row, view);
    choose({ device: device === models[0]?.device.id ? null : device, row, turned });
  };
  const agentNode = live.nodes?.find((one) => one.node === live.node);

  return (
    <Page value={context}>
      <div className={['page', dim ? 'dim' : '', selection.exact ? 'exact' : ''].join(' ')}>
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
                grid={grid}
                search={search}
              />
              <Chosen api={api} model={model} node={live.node ?? ''} selection={selection} takenAtMs={takenAtMs} theme={theme} />
              <Cost node={agentNode} pressure={live.ledger?.pressure ?? null} />
            </>
          )}
        </main>
        <Foot />
      </div>
      {subject !== null && (
        <Source
          subject={subject}
          model={model}
          agent={agentNode?.agent ?? null}
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

function useModels(ledger: PageLedger | null): readonly DeviceModel[] {
  return useMemo(() => (ledger === null ? [] : ledger.devices.map(deviceModel)), [ledger]);
}

function useView(model: DeviceModel | null, selection: Selection): View {
  const { sort, turned, query } = selection;
  const matches = useMemo(() => (model === null ? NO_FILTER : matching(model.tree, query)), [model, query]);
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
  readonly find: () => void;
  readonly walk: () => void;
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
    '/': taking(acts.find),
    j: taking(acts.walk),
    k: taking(acts.walk),
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

