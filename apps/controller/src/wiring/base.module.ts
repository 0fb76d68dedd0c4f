/*
 * What everything may ask for: settings, time, and the bus of notices.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { systemClock } from '#contracts/clock';
import type { Notice } from '#contracts/notice';
import { NoticeBus } from '#events';
import type { ControllerConfig } from '../config.js';
import { Handover } from '../leader/handover.js';
import { CLOCK, CONFIG, HANDOVER, NOTICES } from '../tokens.js';

@Module({})
export class BaseModule {
  static register(config: ControllerConfig): DynamicModule {
    return {
      module: BaseModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: systemClock },
        { provide: HANDOVER, useFactory: () => new Handover() },
        {
          provide: NOTICES,
          useFactory: () => new NoticeBus<Notice>({ likeness }),
        },
      ],
      exports: [CONFIG, CLOCK, HANDOVER, NOTICES],
    };
  }
}

/** To a slow subscriber only the newest notice of one thing matters. */
function likeness(notice: Notice): string {
  switch (notice.kind) {
    case 'ledger':
    case 'node':
      return `${notice.kind} ${notice.node}`;
    case 'finding':
    case 'cleanup':
    case 'policy':
      return `${notice.kind} ${notice.name}`;
    case 'mode':
      return notice.kind;
  }
}
