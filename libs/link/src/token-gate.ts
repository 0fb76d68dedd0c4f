/*
 * Asks whose token a stream brought, before anything else of it is heard. Asking may go over a network: it ends in time,
 * few are under way at once, few wait, and whoever finds no place is told to come again.
 */
import type { Metadata } from '@grpc/grpc-js';
import { Stalled, Unavailable } from '#contracts/errors';
import type { Authenticator, Identity } from '#contracts/identity';
import type { Refusal } from './link-event.js';

/** What projected tokens of agents are made for. */
const AUDIENCE = 'memwarden';
const AT_ONCE = 32;
/** At a reconnect of everybody: as many nodes as a controller serves. */
const MOST_WAITING = 6_000;
/** A projected token has about 1,200 bytes. */
const MOST_TOKEN = 16_384;

const NOBODYS: Refusal = [
  'Token',
  'The token is not one that this controller takes: give the agent the same MEMWARDEN_LINK_TOKEN_FILE as the controller, ' +
    'or in a cluster a projected token of audience memwarden.',
];
const BUSY: Refusal = ['Unavailable', 'Too many agents come at once; it is tried again by itself.'];

export type Admission =
  | { readonly identity: Identity; readonly refusal: null }
  | { readonly identity: null; readonly refusal: Refusal };

export class TokenGate {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly authenticator: Authenticator,
    private readonly deadlineMs: number,
  ) {}

  /** Never rejects. `isWanted`: asked when its turn comes; by then the stream may be gone. */
  async admit(metadata: Metadata, isWanted: () => boolean): Promise<Admission> {
    const token = tokenOf(metadata);
    if (token === null) return { identity: null, refusal: NOBODYS };
    if (this.#waiting.length >= MOST_WAITING) return { identity: null, refusal: BUSY };
    await this.#turn();
    try {
      return isWanted() ? await this.#ask(token) : { identity: null, refusal: BUSY };
    } finally {
      this.#next();
    }
  }

  async #ask(token: string): Promise<Admission> {
    try {
      const identity = await within(this.deadlineMs, this.authenticator.authenticate(token, AUDIENCE));
      return identity === null ? { identity, refusal: NOBODYS } : { identity, refusal: null };
    } catch (error) {
      // Whatever went wrong, nobody was let in; the text must not tell an agent about the inside of the controller.
      const why = error instanceof Unavailable || error instanceof Stalled ? ` (${error.code})` : '';
      const text = `Nobody can say now whose the token is${why}; it is tried again by itself. The controller's log has more.`;
      return { identity: null, refusal: ['Unavailable', text] };
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#underWay < AT_ONCE) {
      this.#underWay += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  // The place goes from hand to hand, so that nobody comes in between.
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay -= 1;
    else next();
  }
}

function tokenOf(metadata: Metadata): string | null {
  const [header] = metadata.get('authorization');
  if (typeof header !== 'string' || !header.startsWith('Bearer ')) return null;
  const token = header.slice('Bearer '.length);
  return token === '' || token.length > MOST_TOKEN ? null : token;
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Stalled(`No answer within ${limitMs} ms.`));
    }, limitMs);
    timer.unref();
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
