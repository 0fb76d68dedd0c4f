/* The chosen row, or the device while no row is chosen: its history, and who it is. */
import type { ReactNode } from 'react';
import type { Quantity } from '#contracts/series';
import type { Api } from '../data/api.js';
import { percent, sizeText } from '../model/format.js';
import { RANGE_NAMES, RANGES } from '../model/history.js';
import type { Fact } from '../model/provenance.js';
import type { DeviceModel } from '../model/screen.js';
import type { Selection } from '../model/selection.js';
import type { TreeNode } from '../model/tree.js';
import { Chart, type ChartLimit } from './chart.js';
import { FactList, whoFacts } from './source.js';
import { usePage } from './page-context.js';
import { useHistory, type History } from './use-history.js';

interface ChosenProps {
  readonly api: Api;
  readonly model: DeviceModel;
  readonly node: string;
  readonly selection: Selection;
  readonly takenAtMs: number;
  readonly theme: string;
}

export const CHOSEN_ID = 'chosen';

export function Chosen(props: ChosenProps): ReactNode {
  const { model, selection } = props;
  const row = selection.row === null ? null : (model.tree.byKey.get(selection.row) ?? null);
  const missing = selection.row !== null && row === null;
  return (
    <section className="panel subject" id={CHOSEN_ID} aria-labelledby="chosen-title">
      <header className="panel-head">
        <h2 id="chosen-title" className="cut">
          <bdi>{missing ? 'Gone since' : chosenName(model, row)}</bdi>
        </h2>
        <Ranges current={selection.range} />
      </header>
      {missing ? <Missing rowKey={selection.row} /> : <HistoryOf {...props} row={row} />}
      {!missing && <FactList facts={row === null ? deviceFacts(model) : rowFacts(row, model)} />}
    </section>
  );
}

function chosenName(model: DeviceModel, row: TreeNode | null): string {
  if (row === null) return model.device.kind === 'host' ? 'Host' : model.device.name;
  return row.label.prefix + row.label.text;
}

function Missing({ rowKey }: { readonly rowKey: string }): ReactNode {
  return (
    <p className="words">
      This row is no longer in the ledger: its process ended or its cgroup was removed. A process started anew
      is another row. <span className="mono t3">{rowKey.slice(0, 80)}</span>
    </p>
  );
}

function Ranges({ current }: { readonly current: string }): ReactNode {
  const { choose } = usePage();
  return (
    <div className="steps end" role="group" aria-label="How far back">
      {RANGE_NAMES.map((range) => (
        <button key={range} type="button" aria-pressed={range === current} onClick={() => choose({ range })}>
          {RANGES[range].label}
        </button>
      ))}
    </div>
  );
}

function HistoryOf(props: ChosenProps & { readonly row: TreeNode | null }): ReactNode {
  const { api, model, node, selection, takenAtMs, theme, row } = props;
  const holders = holdersOf(row);
  const history = useHistory(api, {
    node,
    device: model.device.id,
    holders: holders ?? null,
    range: selection.range,
    quantity: row?.kind === 'unattributed' ? 'unattributed' : selection.quantity,
    takenAtMs: holders === undefined ? NaN : takenAtMs,
  });
  if (holders === undefined)
    return <p className="words">{row?.kind === 'reserved' ? NO_RESERVED_HISTORY : NO_SUM_HISTORY}</p>;
  if (history.kind !== 'there') return <NoHistory history={history} />;
  return (
    <>
      <Quantities history={history} />
      <Chart
        label={`${chosenName(model, row)}, ${QUANTITY_TEXT[history.series.quantity]}, ${RANGES[selection.range].label}`}
        blocks={history.blocks}
        limit={limitOf(history, row)}
        fromMs={drawnFrom(history)}
        toMs={history.toMs}
        theme={theme}
      />
      {holders !== null && <HistoryNote row={row} rows={history.rows} />}
    </>
  );
}

type Recorded = Extract<History, { kind: 'there' }>;

function limitOf({ series, rows }: Recorded, row: TreeNode | null): ChartLimit | null {
  // A part's limit is not the whole's.
  const bytes = row?.holder?.limitBytes ?? (rows > 1 ? null : series.limitBytes);
  if (bytes === null || series.quantity === 'unattributed') return null;
  return { bytes, word: series.holder === null ? 'total' : 'limit' };
}

const LEAST_DRAWN_MS = 60_000;

/** What began within the range is drawn from its beginning: an hour of nothing before it tells nothing. */
function drawnFrom({ series, fromMs, toMs }: Recorded): number {
  const beganMs = Number.isFinite(series.firstAtMs) ? series.firstAtMs : fromMs;
  return Math.max(fromMs, Math.min(beganMs, toMs - LEAST_DRAWN_MS));
}

const NO_SUM_HISTORY = 'This row is the sum of many: history is kept of each of them. Choose one below it.';
const NO_RESERVED_HISTORY =
  'No history is kept of what the kernel reserves. The device has one of all that is used, and of what is unattributed.';

function HistoryNote({ row, rows }: { readonly row: TreeNode | null; readonly rows: number }): ReactNode {
  if (rows > 1)
    return (
      <p className="chart-note t2">
        {rows} cgroups together: their band is an outer bound, their mean is exact.
      </p>
    );
  if (row === null || row.kind === 'itself' || row.ownBytes === row.bytes) return null;
  return <p className="chart-note t2">Only what is its own: the rows below have histories of their own.</p>;
}

/** A pod has a handful of cgroups; a slice may have hundreds, and nobody asks a node for those at once. */
const MOST_SUMMED = 12;

/** The rows whose histories make up this one's. Null: the device itself. Undefined: there is none. */
function holdersOf(row: TreeNode | null): readonly string[] | null | undefined {
  if (row === null || row.kind === 'unattributed') return null;
  if (row.kind === 'itself') return row.holder === null ? undefined : [row.holder.id];
  const ids = cgroupIds(row);
  if (ids.length > 0 && ids.length <= MOST_SUMMED) return ids;
  return row.holder === null ? undefined : [row.holder.id];
}

function cgroupIds(row: TreeNode): readonly string[] {
  const own = row.holder === null ? [] : [row.holder.id];
  return [...own, ...row.children.filter((child) => child.kind === 'cgroup').flatMap(cgroupIds)];
}

const QUANTITY_TEXT: Readonly<Record<Quantity, string>> = {
  bytes: 'all bytes',
  growth: 'without page cache',
  used: 'used',
  unattributed: 'unattributed',
};

function Quantities({ history }: { readonly history: Recorded }): ReactNode {
  const { choose } = usePage();
  if (history.quantities.length < 2) return null;
  return (
    <div className="steps quiet" role="group" aria-label="Which bytes">
      {history.quantities.map((quantity) => (
        <button
          key={quantity}
          type="button"
          aria-pressed={quantity === history.series.quantity}
          onClick={() => choose({ quantity })}
        >
          {QUANTITY_TEXT[quantity]}
        </button>
      ))}
    </div>
  );
}

function NoHistory({ history }: { readonly history: History }): ReactNode {
  if (history.kind === 'waiting') return <div className="chart-frame outline" aria-hidden="true" />;
  if (history.kind === 'failed')
    return (
      <p className="words" role="status">
        The history could not be read: {history.problem.text} The row itself is as the list shows it.
      </p>
    );
  return (
    <p className="words">
      No history of this row yet. It is kept on the node, block by block, from the second sample on.
    </p>
  );
}

function deviceFacts(model: DeviceModel): readonly Fact[] {
  const { device, tree } = model;
  const free =
    device.totalBytes === null || device.usedBytes === null ? null : device.totalBytes - device.usedBytes;
  return [
    { term: 'total', text: sizeText(device.totalBytes) },
    { term: 'free', text: sizeText(free) },
    { term: 'rows', text: String(tree.byKey.size) },
    {
      term: 'error',
      text: device.errorBoundBytes === null ? 'not told' : `± ${sizeText(device.errorBoundBytes)} at most`,
    },
  ];
}

function rowFacts(row: TreeNode, model: DeviceModel): readonly Fact[] {
  const used = model.device.usedBytes;
  const share = used === null || used === 0 ? 'unknown' : percent(row.bytes / used);
  const parts = row.parts;
  return [
    { term: 'holds', text: `${sizeText(row.bytes)}, ${share} of what is used` },
    ...(row.ownBytes === row.bytes ? [] : [{ term: 'its own', text: sizeText(row.ownBytes) }]),
    ...(parts === null
      ? []
      : [
          {
            term: 'parts',
            text: (['anon', 'shmem', 'file', 'kernel'] as const)
              .filter((part) => parts[part] > 0)
              .map((part) => `${part} ${sizeText(parts[part])}`)
              .join(', '),
          },
        ]),
    ...(row.swapBytes === null || row.swapBytes === 0
      ? []
      : [{ term: 'swap', text: sizeText(row.swapBytes) }]),
    ...whoFacts(row),
  ];
}
