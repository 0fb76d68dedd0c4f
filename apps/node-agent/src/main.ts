/*
 * The agent's process: starts it, says "ready" to a supervisor, ends on SIGTERM, SIGINT or when the supervisor is gone.
 */
import 'reflect-metadata';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MemwardenError } from '#contracts/errors';
import { exitAtOnce } from '#native';
import { Agent } from './agent.js';
import { AppModule } from './app.module.js';
import { readConfig, type AgentConfig } from './config.js';

const LEVELS: Readonly<Record<AgentConfig['logLevel'], LogLevel[]>> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug'],
};
/** Above all the waits of Agent.stop together. */
const STOP_LIMIT_MS = 2_900;

const logger = new ConsoleLogger({ json: true, colors: false });

try {
  await run();
} catch (error) {
  fail(error);
}

async function run(): Promise<void> {
  const { logLevel, nativeLibrary } = readConfig();
  logger.setLogLevels(LEVELS[logLevel]);
  const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
  let isStopping = false;
  // Not process.exit: it waits for the pool's threads, and one of them may wait for a kernel file for good.
  const exit = (code: number): never => exitAtOnce(code, nativeLibrary ?? undefined);
  const stop = (reason: string): void => {
    if (isStopping) return;
    isStopping = true;
    logger.log(`Stopping: ${reason}.`, 'Agent');
    setTimeout(() => exit(1), STOP_LIMIT_MS).unref();
    void app.close().then(() => exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stop(signal);
    });
  process.once('disconnect', () => {
    stop('the supervisor is gone');
  });
  const agent = app.get(Agent);
  await agent.start();
  await agent.ready;
  logger.log('The first ledger is built.', 'Agent');
  process.send?.({ event: 'ready' });
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof MemwardenError ? error.code : 'Unexpected';
  logger.fatal(message, 'Agent');
  if (process.send === undefined) process.exit(1);
  process.send({ event: 'failed', code, message }, () => process.exit(1));
}
