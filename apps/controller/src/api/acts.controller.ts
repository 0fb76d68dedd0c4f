/*
 * Whether anything is acted on and why not; pause, resume, reset of the breaker.
 */
import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Acting } from '../acts/acting.js';
import { agentLevel, agentsLevel, effectiveMode } from '../acts/mode-levels.js';
import { callerOf } from '../http/caller.js';
import { NodeRegistry } from '../sessions/node-registry.js';
import { pauseRequest, type ModeView } from './acts-schemas.js';
import { bodyAs } from './body.js';
import { rfc3339 } from './time.js';

@Controller('api/v1')
export class ActsController {
  constructor(
    @Inject(Acting) private readonly acting: Acting,
    @Inject(NodeRegistry) private readonly registry: NodeRegistry,
  ) {}

  @Get('mode')
  read(): ModeView {
    const { pause, breaker } = this.acting;
    const nodes = this.registry.all().map(({ info }) => {
      const { mode, reason } = agentLevel(this.acting.veto(info.node));
      return { node: info.node, mode, reason };
    });
    const agents = agentsLevel(nodes);
    const levels = [...this.acting.levels(), ...(agents === null ? [] : [agents])];
    const effective = effectiveMode(levels);
    return {
      effective,
      acts: effective === 'Enforce' ? 'On' : 'Off',
      levels: levels.map((level) => ({ ...level })),
      pause: pause === null ? null : { by: pause.by, at: rfc3339(pause.atMs), reason: pause.reason },
      breaker:
        breaker === null ? null : { open: true, reason: breaker.reason, since: rfc3339(breaker.openedAtMs) },
      nodes,
    };
  }

  @Post('pause')
  @HttpCode(200)
  async pause(@Body() body: unknown, @Req() request: FastifyRequest): Promise<ModeView> {
    const { reason } = bodyAs(pauseRequest, body);
    await this.acting.stop(nameOf(request), reason ?? '');
    return this.read();
  }

  @Post('resume')
  @HttpCode(200)
  async resume(@Req() request: FastifyRequest): Promise<ModeView> {
    await this.acting.resume(nameOf(request));
    return this.read();
  }

  @Post('breaker::reset')
  @HttpCode(200)
  async resetBreaker(@Req() request: FastifyRequest): Promise<ModeView> {
    await this.acting.resetBreaker(nameOf(request));
    return this.read();
  }
}

function nameOf(request: FastifyRequest): string {
  return callerOf(request)?.name ?? '';
}
