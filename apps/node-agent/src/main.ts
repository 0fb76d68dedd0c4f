/*
 * The agent's process: starts it, says "ready" to a supervisor, ends on SIGTERM, SIGINT or when the supervisor is gone.
 */
import { writeFileSync } from 'node:fs';
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
/** A supervisor that does not read must not keep a failed agent. */
const TELL_LIMIT_MS = 500;

const logger = new ConsoleLogger({ json: true, colors: false });
let nativeLibrary: string | undefined;

process.once('uncaughtException', fail);

nameOfProcess();

try {
  await run();
} catch (error) {
  fail(error);
}

async function run(): Promise<void> {
  const config = readConfig();
  const { logLevel } = config;
  nativeLibrary = config.nativeLibrary ?? undefined;
  logger.setLogLevels(LEVELS[logLevel]);
  const app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false });
  let isStopping = false;
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

/** Not process.exit: it waits for the pool's threads, and one of them may wait for a kernel file for good. */
function exit(code: number): never {
  try {
    return exitAtOnce(code, nativeLibrary);
  } catch {
    process.exit(code); // no library, so no scan either
  }
}

/** A defect is logged with its place; what Memwarden raised itself says what to do. */
function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const isExpected = error instanceof MemwardenError;
  logger.fatal(error instanceof Error && !isExpected ? error.stack : message, 'Agent');
  if (process.send === undefined) exit(1);
  setTimeout(() => exit(1), TELL_LIMIT_MS);
  process.send({ event: 'failed', code: isExpected ? error.code : 'Unexpected', message }, () => exit(1));
}

/** Else the kernel, and so the ledger, calls every Node program "MainThread". */
function nameOfProcess(): void {
  try {
    writeFileSync('/proc/self/comm', 'memwarden-agent');
  } catch {
    // A name is not worth a failure.
  }
}
