/*
 * How the agent is put together. Only wiring/ names adapters.
 */
import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { HostScanner } from '#contracts/reading';
import { Agent } from './agent.js';
import { PodBook } from './attribute/pod-book.js';
import type { AgentConfig } from './config.js';
import { HealthLog } from './health/health-log.js';
import { HttpEndpoint } from './health/http-endpoint.js';
import { metricsText } from './health/metrics.js';
import { OwnCost } from './health/own-cost.js';
import { HistoryKeeper } from './history/history-keeper.js';
import { Sampler } from './pipeline/sampler.js';
import { OrderDesk } from './orders/order-desk.js';
import { healthOfVeto } from './orders/veto.js';
import { HostSensor } from './sense/host-sensor.js';
import { KernelFiles } from './sense/kernel-files.js';
import { AGENT_CONFIG, CLOCK, HOST_SCANNER, REPORT_LINK, type ReportLink } from './tokens.js';
import { LinkModule } from './wiring/link.module.js';
import { NativeModule } from './wiring/native.module.js';
import { OrdersModule } from './wiring/orders.module.js';
import { SettingsModule } from './wiring/settings.module.js';

@Module({
  imports: [SettingsModule, NativeModule, OrdersModule, LinkModule],
  providers: [
    {
      provide: HostSensor,
      inject: [HOST_SCANNER, KernelFiles, CLOCK],
      useFactory: (scanner: HostScanner, files: KernelFiles, clock: Clock) =>
        new HostSensor(scanner, files, clock),
    },
    {
      provide: Sampler,
      inject: [AGENT_CONFIG, HostSensor, HistoryKeeper, REPORT_LINK, CLOCK, OrderDesk, PodBook],
      useFactory: samplerOf,
    },
    {
      provide: Agent,
      inject: [AGENT_CONFIG, Sampler, HistoryKeeper, REPORT_LINK, CLOCK, OrderDesk],
      useFactory: agentOf,
    },
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(Agent) private readonly agent: Agent) {}

  onApplicationShutdown(): Promise<void> {
    return this.agent.stop();
  }
}

function samplerOf(
  config: AgentConfig,
  sensor: HostSensor,
  history: HistoryKeeper,
  ...[link, clock, orders, pods]: [ReportLink, Clock, OrderDesk, PodBook]
): Sampler {
  const { node, version } = config;
  const others = () => [link.health(), healthOfVeto(orders.veto(), config.allowFile !== null)];
  const cost = new OwnCost(clock);
  return new Sampler({ node, version, sensor, history, pods, cost, sink: link, clock, others });
}

function agentOf(
  config: AgentConfig,
  sampler: Sampler,
  history: HistoryKeeper,
  ...[link, clock, orders]: [ReportLink, Clock, OrderDesk]
): Agent {
  const probes = {
    isReady: () => sampler.lastLedger !== null,
    metrics: () =>
      metricsText({
        agent: sampler.agentInfo(),
        health: sampler.health(),
        ledger: sampler.lastLedger,
        counts: sampler.counts,
        seriesCount: history.seriesCount,
        orders: orders.counts,
      }),
  };
  return new Agent({
    samplePeriodMs: config.samplePeriodMs,
    clock,
    sampler,
    history,
    link,
    orders,
    endpoint: config.httpListen && new HttpEndpoint(config.httpListen, probes),
    healthLog: new HealthLog(new Logger('Health')),
    onFailure: (error, name) => {
      new Logger('Agent').warn(`Ending ${name}: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
}
