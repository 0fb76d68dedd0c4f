/*
 * What local mode says: a few calm lines for a person, or one JSON object a line for a program.
 */
import type { LocalNews } from './supervisor.js';

export interface LocalFacts {
  readonly url: string;
  readonly api: string;
  readonly token: string;
  readonly stateDir: string;
  readonly redis: string;
}

export type LocalReporter = (news: LocalNews, facts: () => LocalFacts) => void;
type Write = (line: string) => void;

export function jsonReporter(write: Write): LocalReporter {
  const say = (event: object): void => write(JSON.stringify(event));
  return (news, facts) => {
    switch (news.kind) {
      case 'Ready':
        say({ event: 'ready', ...facts(), tookMs: news.tookMs });
        return;
      case 'Ended':
        say({ event: 'ended', component: news.child, how: news.how, restartInMs: news.restartInMs });
        return;
      case 'Back':
        say({ event: 'back', component: news.child });
        return;
      case 'DiskFull':
        say({ event: 'diskFull', component: news.child });
        return;
      case 'Stopping':
        say({ event: 'stopping' });
    }
  };
}

export interface PlainStyle {
  readonly bold: (text: string) => string;
  /** What to type for `top` of this local mode. */
  readonly top: string;
}

export function plainReporter(write: Write, style: PlainStyle): LocalReporter {
  return (news, facts) => {
    for (const line of plainLines(news, facts, style)) write(line);
  };
}

function plainLines(news: LocalNews, facts: () => LocalFacts, style: PlainStyle): string[] {
  switch (news.kind) {
    case 'Ready':
      return readyLines(facts(), news.tookMs, style);
    case 'Ended':
      return [
        `${news.child} ended (${news.how}); it is started again in ${(news.restartInMs / 1000).toFixed(1)} s`,
      ];
    case 'Back':
      return [`${news.child} is back`];
    case 'DiskFull':
      return [`${news.child}: no space is left on the disk; nothing new is kept until there is`];
    case 'Stopping':
      return ['ending …'];
  }
}

function readyLines(facts: LocalFacts, tookMs: number, { bold, top }: PlainStyle): string[] {
  return [
    '',
    `  ${bold('Memwarden')} accounts for this machine's memory.`,
    '',
    `  page    ${bold(facts.url)}`,
    `  state   ${facts.stateDir}`,
    `  redis   ${facts.redis}`,
    `  top     ${top}`,
    '',
    `  Ready in ${(tookMs / 1000).toFixed(1)} s. Ctrl-C ends it.`,
    '',
  ];
}
