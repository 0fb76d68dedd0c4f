/*
 * Log lines: one JSON object each, whatever stands in it; fields beside the message.
 */
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { ControllerConfig } from './config.js';

const LEVELS: Readonly<Record<ControllerConfig['logLevel'], readonly LogLevel[]>> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug'],
};

/** Each start they say the same forty lines. */
const FRAMEWORK: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'NestApplication',
  '_NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

export class JsonLines extends ConsoleLogger {
  constructor(level: ControllerConfig['logLevel']) {
    super({ json: true, colors: false, flattenParams: true, logLevels: [...LEVELS[level]] });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(rest.at(-1))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
