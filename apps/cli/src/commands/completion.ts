/*
 * `memwarden completion`: the script that makes a shell complete commands and flags. Each asks the program itself, so it
 * need not be made anew after an update.
 */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { CliEnvironment } from '../config.js';
import { print } from './output.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

interface CompletionFlags {
  readonly shell: Shell;
}

/** First word of a command line that asks what may come next; the words so far follow, the program's name first. */
const COMPLETE = '--get-yargs-completions';
/** Of cobra's programs, which kubectl is: no file names are meant. */
const NO_FILES = ':4';

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_memwarden_completions() {
  local found
  mapfile -t found < <(SHELL=bash memwarden ${COMPLETE} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$(printf '%q ' "\${found[@]}")" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _memwarden_completions memwarden`,
  zsh: `#compdef memwarden
_memwarden_completions() {
  local -a found
  found=("\${(@f)$(SHELL=zsh memwarden ${COMPLETE} "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then _describe 'memwarden' found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _memwarden_completions "$@"
else
  compdef _memwarden_completions memwarden
fi`,
  fish: `complete -c memwarden -f -a '(SHELL=fish memwarden ${COMPLETE} (commandline -opc) (commandline -ct) 2>/dev/null)'`,
};

export function completionCommand(environment: CliEnvironment): CommandModule<object, CompletionFlags> {
  return {
    command: 'completion [shell]',
    describe: 'Print the completion script for your shell: bash, zsh or fish',
    builder: (yargs) =>
      yargs
        .positional('shell', {
          choices: SHELLS,
          default: environment.shell,
          describe: 'Which one',
        })
        .example('source <(memwarden completion)', 'in ~/.bashrc or ~/.zshrc')
        .example('memwarden completion fish | source', 'in ~/.config/fish/config.fish')
        .example('kubectl memwarden <Tab>', 'needs kubectl_complete-memwarden on the PATH, no script'),
    handler: ({ shell }: ArgumentsCamelCase<CompletionFlags>) => print([SCRIPTS[shell]]),
  };
}

/** The words so far, the last one unfinished; null: it is a command. */
export function wordsToComplete(
  words: readonly string[],
  { calledAs }: CliEnvironment,
): readonly string[] | null {
  if (calledAs === 'kubectl_complete') return ['memwarden', ...words];
  return words[0] === COMPLETE ? words.slice(1) : null;
}

export async function complete(
  parser: Argv,
  words: readonly string[],
  { calledAs }: CliEnvironment,
): Promise<void> {
  let said = '';
  await parser.parseAsync([COMPLETE, ...words], {}, (_error, _argv, output) => {
    said = output;
  });
  const found = candidates(said, words.at(-1) ?? '');
  const lines = calledAs === 'kubectl_complete' ? [...found, NO_FILES] : found;
  if (lines.length > 0) print(lines);
}

/** yargs names everything, its own placeholders too, and takes -n for a long flag. */
function candidates(said: string, begun: string): string[] {
  const isOne = (line: string): boolean => line !== '' && !line.startsWith('$0') && line.startsWith(begun);
  return said
    .split('\n')
    .map((line) => line.replace(/^--(?=[A-Za-z](?:[:\t]|$))/u, '-'))
    .filter(isOne);
}
