/*
 * Series and their history, which is on the node and is asked for through the link.
 * A series' id here is the node's name and the agent's id: ids of two nodes may be equal.
 */
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { InvalidValue, NotFound } from '#contracts/errors';
import type { TimeRange } from '#contracts/report';
import type { SeriesRef } from '#contracts/series';
import { HistoryAsker } from '../sessions/history-asker.js';
import { CLOCK } from '../tokens.js';
import { count, text } from './query.js';
import type { SeriesHistoryView, SeriesListView, SeriesView } from './schemas.js';
import { parseTime, rfc3339 } from './time.js';

const DEFAULT_LIMIT = 1000;
const MOST = 10_000;
/** No node name has it, and URLs need not escape it (RFC 3986, unreserved). */
const SEPARATOR = '~';

type Query = Readonly<Record<string, unknown>>;

@Controller('api/v1/series')
export class SeriesController {
  constructor(
    @Inject(HistoryAsker) private readonly history: HistoryAsker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  async list(@Query() query: Query): Promise<SeriesListView> {
    const node = text('node', query['node']);
    if (node === undefined)
      throw new InvalidValue('Say whose series: ?node=NAME. GET /api/v1/nodes lists the nodes.');
    const limit = count('limit', query['limit'], { most: MOST, otherwise: DEFAULT_LIMIT });
    const from = count('continue', query['continue'], { most: 1_000_000, otherwise: 0 });
    const device = text('device', query['device']);
    const holder = text('holder', query['holder']);
    const filter = {
      ...(device === undefined ? {} : { device }),
      ...(holder === undefined ? {} : { holder }),
    };
    const found = await this.history.list(node, filter);
    const items = found.slice(from, from + limit).map(seriesView);
    return from + limit < found.length ? { items, continue: String(from + limit) } : { items };
  }

  @Get(':id')
  async read(@Param('id') id: string, @Query() query: Query): Promise<SeriesHistoryView> {
    const at = id.indexOf(SEPARATOR);
    if (at === -1) throw new NotFound('No such series; GET /api/v1/series?node=NAME lists those of a node.');
    const node = id.slice(0, at);
    const { series, blocks } = await this.history.read(node, id.slice(at + 1), this.#range(query));
    return {
      series: seriesView(series),
      blocks: blocks.map(({ startMs, endMs, min, mean, max }) => ({
        start: rfc3339(startMs),
        end: rfc3339(endMs),
        min,
        mean,
        max,
      })),
    };
  }

  #range(query: Query): TimeRange {
    const from = text('from', query['from']);
    const to = text('to', query['to']);
    const range = {
      fromMs: from === undefined ? 0 : parseTime('from', from),
      // The node's clock may be ahead of this one.
      toMs: to === undefined ? this.clock.nowMs() + 3_600_000 : parseTime('to', to),
    };
    if (range.fromMs > range.toMs) throw new InvalidValue('from is later than to.');
    return range;
  }
}

function seriesView(series: SeriesRef): SeriesView {
  return {
    id: `${series.node}${SEPARATOR}${series.id}`,
    node: series.node,
    device: series.device,
    holder: series.holder,
    quantity: series.quantity,
    name: series.name,
    firstAt: rfc3339(series.firstAtMs),
    lastAt: rfc3339(series.lastAtMs),
    lastBytes: series.lastBytes,
    limitBytes: series.limitBytes,
  };
}
