/*
 * The command `memwarden`, also found as `kubectl memwarden`. Exit status: 0 done, 1 failed, 2 bad usage.
 */
import { writeFileSync } from 'node:fs';
import { runCommandLine } from './command-line.js';
import { readEnvironment } from './config.js';

nameOfProcess();
// A reader that has seen enough (head) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.exitCode = await runCommandLine(process.argv.slice(2), readEnvironment());

/** Else the kernel, and so the ledger, calls every Node program "MainThread". Not process.title: that hides the arguments. */
function nameOfProcess(): void {
  try {
    writeFileSync('/proc/self/comm', 'memwarden');
  } catch {
    // A name is not worth a failure.
  }
}
