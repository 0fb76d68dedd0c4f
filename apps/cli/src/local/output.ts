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

export function plainReporter(write: Write, bold: (text: string) => string): LocalReporter {
  return (news, facts) => {
    for (const line of plainLines(news, facts, bold)) write(line);
  };
}

function plainLines(news: LocalNews, facts: () => LocalFacts, bold: (text: string) => string): string[] {
  switch (news.kind) {
    case 'Ready':
      return readyLines(facts(), news.tookMs, bold);
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

function readyLines(facts: LocalFacts, tookMs: number, bold: (text: string) => string): string[] {
  return [
    '',
    `  ${bold('Memwarden')} accounts for this machine's memory.`,
    '',
    `  page    ${bold(facts.url)}`,
    `  state   ${facts.stateDir}`,
    `  redis   ${facts.redis}`,
    '',
    `  Ready in ${(tookMs / 1000).toFixed(1)} s. In another terminal: memwarden top. Ctrl-C ends it.`,
    '',
  ];
}
