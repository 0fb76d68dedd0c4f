/*
 * For kubelet, Prometheus and people in a hurry; without a token, so without names of workloads.
 * Alive: this loop turns. Ready: agents and people are served. A lost Redis is degraded, not unready: all else goes on.
 */
import { Controller, Get, Head, Header, HttpCode, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ComponentHealth } from '#contracts/agent';
import { assessHealth, type Health } from '#resources';
import { METRICS, PARTS } from '../tokens.js';

/** Port: the metrics as Prometheus reads them. */
export interface Metrics {
  scrape(): Promise<string>;
}

export interface ReadinessView extends Health {
  readonly components: readonly ComponentHealth[];
}

@Controller()
export class HealthController {
  constructor(
    @Inject(PARTS) private readonly parts: () => readonly ComponentHealth[],
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  @HttpCode(200)
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  // Load balancers ask so; without these the page would answer, and always well.
  @Head('livez')
  headLive(): void {
    // That there is an answer says it.
  }

  @Head('readyz')
  headReady(@Res({ passthrough: true }) reply: FastifyReply): void {
    this.ready(reply);
  }

  @Head('metrics')
  headMetrics(): void {
    // As above.
  }

  @Get('readyz')
  ready(@Res({ passthrough: true }) reply: FastifyReply): ReadinessView {
    const components = this.parts();
    const { status, score } = assessHealth(components);
    void reply.status(status === 'failed' ? 503 : 200);
    return { status, score, components };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return this.metrics.scrape();
  }
}
