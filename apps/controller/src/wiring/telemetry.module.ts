/*
 * Metrics of the controller. docs/reference/metrics.md lists them.
 */
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { NoticeBus } from '#events';
import type { LinkServer } from '#link';
import { Telemetry, type Sample } from '#telemetry';
import { NodeRegistry } from '../sessions/node-registry.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ActsAssembly } from '../cleanup/acts-assembly.js';
import { CLOCK, METRICS, NODE_HISTORY, NOTICES } from '../tokens.js';
import { version } from '../version.js';
import { ActsTelemetry } from './acts-telemetry.js';
import { LinkModule } from './link.module.js';
import { LoopModule } from './loop.module.js';

@Module({
  imports: [SessionsModule, LinkModule, LoopModule],
  providers: [
    {
      provide: METRICS,
      inject: [NodeRegistry, NODE_HISTORY, NOTICES, CLOCK, ActsTelemetry, ActsAssembly],
      useFactory: (
        registry: NodeRegistry,
        link: LinkServer,
        notices: NoticeBus,
        ...[clock, measures, acts]: [Clock, ActsTelemetry, ActsAssembly]
      ): Telemetry => {
        const telemetry = new Telemetry({ serviceName: 'memwarden-controller', serviceVersion: version });
        observeProcess(telemetry);
        observeNodes(telemetry, registry);
        observeLink(telemetry, link);
        observeNotices(telemetry, notices);
        measures.bind(telemetry, acts, () => clock.nowMs());
        return telemetry;
      },
    },
  ],
  exports: [METRICS],
})
export class TelemetryModule implements OnApplicationShutdown {
  constructor(@Inject(METRICS) private readonly telemetry: Telemetry) {}

  async onApplicationShutdown(): Promise<void> {
    await this.telemetry[Symbol.asyncDispose]();
  }
}

const one = (value: number): readonly Sample[] => [{ value }];

function observeProcess(telemetry: Telemetry): void {
  const rss = { description: 'Resident memory of the controller', unit: 'By' };
  telemetry.gauge('process.memory.usage_bytes', rss, () => one(process.memoryUsage.rss()));
  const cpu = { description: 'CPU time of the controller', unit: 's' };
  telemetry.total('process.cpu.time_seconds', cpu, () => {
    const { user, system } = process.cpuUsage();
    return [
      { value: user / 1e6, attributes: { 'cpu.mode': 'user' } },
      { value: system / 1e6, attributes: { 'cpu.mode': 'system' } },
    ];
  });
}

function observeNodes(telemetry: Telemetry, registry: NodeRegistry): void {
  const known = { description: 'Nodes seen in the last day', unit: '{node}' };
  telemetry.gauge('memwarden.nodes', known, () => one(registry.all().length));
  for (const field of ['totalBytes', 'usedBytes', 'reservedBytes', 'unattributedBytes'] as const) {
    const name = `memwarden.device.${field.replace('Bytes', '')}_bytes`;
    telemetry.gauge(name, { description: `${field} of a node's devices of one kind`, unit: 'By' }, () =>
      perNode(registry, field),
    );
  }
}

type Field = 'totalBytes' | 'usedBytes' | 'reservedBytes' | 'unattributedBytes';

function* perNode(registry: NodeRegistry, field: Field): Iterable<Sample> {
  for (const { info, summary } of registry.all())
    for (const [kind, totals] of summary.kinds)
      if (totals.devices > totals.unknownDevices)
        yield {
          value: totals[field],
          attributes: { 'k8s.node.name': info.node, 'memwarden.device.kind': kind },
        };
}

function observeLink(telemetry: Telemetry, link: LinkServer): void {
  const connected = { description: 'Agents with a session', unit: '{agent}' };
  telemetry.gauge('memwarden.link.sessions', connected, () => one(link.connectedNodes));
}

function observeNotices(telemetry: Telemetry, notices: NoticeBus): void {
  const subscribers = { description: 'Open subscriptions, event streams among them', unit: '{subscriber}' };
  telemetry.gauge('memwarden.notices.subscribers', subscribers, () => one(notices.counters.subscribers));
  for (const field of ['published', 'coalesced', 'dropped', 'cutOff'] as const) {
    const name = `memwarden.notices.${field === 'cutOff' ? 'cut_off' : field}`;
    telemetry.total(name, { description: `Notices ${field}`, unit: '{notice}' }, () =>
      one(notices.counters[field]),
    );
  }
}
