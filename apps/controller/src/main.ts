/*
 * The controller's process: starts, says so to whoever started it, ends cleanly on SIGTERM, SIGINT or when its parent is gone.
 */
import { writeFileSync } from 'node:fs';
import 'reflect-metadata';
import { MemwardenError } from '#contracts/errors';
import { readConfig } from './config.js';
import { startController } from './controller.js';

const SHUTDOWN_MS = 2500;
/** What only the leader does is handed over at the API server, which may be slow. */
const HANDOVER_MS = 10_000;

nameOfProcess();

try {
  const config = readConfig();
  const controller = await startController(config);
  const shutdownMs = config.cluster === null ? SHUTDOWN_MS : HANDOVER_MS;
  const { port, linkAddress } = controller;
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // A connection that will not close must not keep the process.
    setTimeout(() => process.exit(0), shutdownMs).unref();
    controller[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(error);
      },
    );
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('disconnect', end);
  process.send?.({ event: 'ready', port, linkAddress });
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  const code = error instanceof MemwardenError ? error.code : 'Internal';
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof MemwardenError || !(error instanceof Error) ? undefined : error.stack;
  process.stdout.write(
    `${JSON.stringify({ level: 'fatal', context: 'Controller', code, message, stack })}\n`,
  );
  const exit = (): never => process.exit(1);
  if (process.send === undefined) exit();
  else process.send({ event: 'failed', code, message }, exit);
}

/** Else the kernel, and so the ledger, calls every Node program "MainThread". */
function nameOfProcess(): void {
  try {
    writeFileSync('/proc/self/comm', 'memwarden-ctl');
  } catch {
    // A name is not worth a failure.
  }
}
