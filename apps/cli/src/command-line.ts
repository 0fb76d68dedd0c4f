/*
 * The commands and their flags. A command's own code is loaded when it is called, so that help and completion are
 * quick.
 */
import yargs, { type Argv } from 'yargs';
import { InvalidValue, MemwardenError } from '#contracts/errors';
import { auditCommand } from './commands/audit.js';
import { bundleCommand } from './commands/bundle.js';
import { cleanupsCommand } from './commands/cleanups.js';
import { complete, completionCommand, wordsToComplete } from './commands/completion.js';
import { doctorCommand } from './commands/doctor.js';
import { findingsCommand } from './commands/findings.js';
import { ledgerCommand } from './commands/ledger.js';
import { localCommand } from './commands/local.js';
import { breakerCommand, modeCommand, pauseCommand, resumeCommand } from './commands/mode.js';
import { nodesCommand } from './commands/nodes.js';
import { policiesCommand } from './commands/policies.js';
import { stopCommand } from './commands/stop.js';
import { topCommand } from './commands/top.js';
import type { CliEnvironment } from './config.js';
import { version } from './version.js';

const DONE = 0;
const FAILED = 1;
const BAD_USAGE = 2;

class UsageError extends Error {}

export async function runCommandLine(words: readonly string[], environment: CliEnvironment): Promise<number> {
  let status = DONE;
  const parser = commandLine(environment, (code) => {
    status = code;
  });
  try {
    const asked = wordsToComplete(words, environment);
    if (asked === null) await parser.parseAsync(words);
    else await complete(parser, asked, environment);
    return status;
  } catch (error) {
    return explain(error);
  }
}

function commandLine(environment: CliEnvironment, exit: (status: number) => void): Argv {
  const parser = environment.calledAs === 'memwarden' ? ofMachine(yargs(), environment) : ofCluster(yargs());
  return common(parser, environment, exit)
    .demandCommand(1, 'Name a command.')
    .strict()
    .recommendCommands()
    .epilogue('Exit status: 0 done, 1 failed, 2 bad usage.')
    .help()
    .alias('help', 'h')
    .version(version)
    .wrap(Math.min(100, process.stdout.columns || 80))
    .exitProcess(false)
    .fail((message: string | null, error: unknown) => {
      throw isOurs(error) ? error : new UsageError(usageText(message ?? String(error)));
    });
}

/** What is about this machine alone. */
function ofMachine(parser: Argv, environment: CliEnvironment): Argv {
  return parser
    .scriptName('memwarden')
    .usage('$0 COMMAND\n\nWhose memory is it? Accounts for every byte of this machine, live.')
    .command(localCommand(environment))
    .command(stopCommand(environment))
    .example('memwarden local', 'account for this machine and serve the page')
    .example('memwarden top', 'who holds the memory, live, in the terminal')
    .example('memwarden top --cluster', 'the same of the cluster of your kubeconfig')
    .example('source <(memwarden completion)', 'complete commands and flags with the Tab key');
}

function ofCluster(parser: Argv): Argv {
  return parser
    .scriptName('kubectl memwarden')
    .usage('$0 COMMAND\n\nWhose memory is it? Asks the API server of your cluster.')
    .example('kubectl memwarden top', 'how full every node is, and who holds most')
    .example('kubectl memwarden findings -A', 'what policies noticed, in all namespaces')
    .example('kubectl memwarden doctor', 'what is missing, and the next step for each');
}

function common(parser: Argv, environment: CliEnvironment, exit: (status: number) => void): Argv {
  return parser
    .command(topCommand(environment))
    .command(nodesCommand(environment))
    .command(ledgerCommand(environment))
    .command(findingsCommand(environment))
    .command(cleanupsCommand(environment, exit))
    .command(policiesCommand(environment, exit))
    .command(auditCommand(environment))
    .command(modeCommand(environment))
    .command(pauseCommand(environment))
    .command(resumeCommand(environment))
    .command(breakerCommand(environment))
    .command(doctorCommand(environment, exit))
    .command(bundleCommand(environment))
    .command(completionCommand(environment));
}

/** yargs guesses a command without a word on what was wrong. */
function usageText(said: string): string {
  return said.startsWith('Did you mean') ? `There is no such command. ${said}` : said;
}

/** yargs hands over its own errors and the texts of failed checks, too: both are about usage. */
function isOurs(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'YError';
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`memwarden: ${error.message}\n"memwarden --help" shows what there is.\n`);
    return BAD_USAGE;
  }
  if (error instanceof InvalidValue) {
    process.stderr.write(`memwarden: ${error.message}\n`);
    return BAD_USAGE;
  }
  const text = error instanceof MemwardenError ? error.message : defect(error);
  process.stderr.write(`memwarden: ${text}\n`);
  return FAILED;
}

function defect(error: unknown): string {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a defect of Memwarden; please report it with these lines.\n${what}`;
}
