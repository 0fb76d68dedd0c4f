/*
 * What local mode says: a few calm lines for a person, or one JSON object a line for a program.
 */
import type { ActsFacts } from './acts.js';
import type { LocalNews } from './supervisor.js';

export interface LocalFacts {
  readonly url: string;
  readonly api: string;
  readonly token: string;
  readonly stateDir: string;
  readonly redis: string;
  /** The folder that policies are read from. */
  readonly policies: string;
}

/** `acts`: what the controller says of policies and acts; null before it was asked. */
export type LocalReporter = (news: LocalNews, facts: () => LocalFacts, acts: ActsFacts | null) => void;
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
  return (news, facts, acts) => {
    for (const line of plainLines(news, facts, { ...style, acts })) write(line);
  };
}

type Told = PlainStyle & { readonly acts: ActsFacts | null };

function plainLines(news: LocalNews, facts: () => LocalFacts, style: Told): string[] {
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

function readyLines(facts: LocalFacts, tookMs: number, { bold, top, acts }: Told): string[] {
  const count = acts === null ? '' : ` (${acts.policyCount})`;
  return [
    '',
    `  ${bold('Memwarden')} accounts for this machine's memory.`,
    '',
    `  page      ${bold(facts.url)}`,
    `  state     ${facts.stateDir}`,
    `  redis     ${facts.redis}`,
    `  policies  ${facts.policies}${count}`,
    ...(acts === null ? [] : [`  acts      ${acts.acts}`]),
    `  top       ${top}`,
    '',
    `  Ready in ${(tookMs / 1000).toFixed(1)} s. Ctrl-C ends it.`,
    '',
  ];
}
