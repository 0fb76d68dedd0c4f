/*
 * Where the controller may be: a unix socket, an address, or a name behind which there are several addresses, of which
 * one leads. A name is asked for anew in each round, and every address of a round is tried once, in an order of chance.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { InvalidValue, Unavailable } from '#contracts/errors';
import { isOwnMachine, parseAddress, targetOf } from './listen-address.js';

export interface Endpoint {
  /** As grpc-js wants it. */
  readonly target: string;
  /** What its certificate must be for; null: its own address. */
  readonly serverName: string | null;
}

/** @returns addresses. Rejects with the system's error. */
export type Resolve = (name: string) => Promise<readonly string[]>;

interface Named {
  readonly name: string;
  readonly port: string;
}

export interface ControllerAddress {
  /** Null: `only` is all there is. */
  readonly named: Named | null;
  readonly only: Endpoint;
  /** No other machine can listen in: TLS is not needed. */
  readonly isOwn: boolean;
}

/** More replicas than anybody runs. */
const MOST_ADDRESSES = 16;
const RESOLVE_MS = 5_000;

/** `unix:/path.sock`, `host:port` or `dns:///name:port`. @throws {InvalidValue} */
export function parseController(text: string): ControllerAddress {
  const address = parseAddress(text.replace(/^dns:\/\/\//, ''));
  const only = { target: targetOf(address), serverName: null };
  const isOwn = isOwnMachine(address);
  if (address.kind === 'unix') {
    if (text.startsWith('dns:')) throw new InvalidValue(`${JSON.stringify(text)}: dns:/// takes name:port.`);
    return { named: null, only, isOwn };
  }
  const [, name = '', port = ''] = /^(.*):(\d+)$/.exec(address.target) ?? [];
  const named = isIP(name.replace(/^\[(.*)\]$/, '$1')) === 0 ? { name, port } : null;
  return { named, only, isOwn };
}

/** Of the machine: hosts file, search domains, DNS. */
export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

export class Endpoints {
  #left: Endpoint[] = [];
  #asking: Promise<unknown> | null = null;

  constructor(
    private readonly address: ControllerAddress,
    private readonly chance: () => number,
    private readonly resolve: Resolve = systemResolve,
  ) {}

  /** The round is not over. */
  get hasMore(): boolean {
    return this.#left.length > 0;
  }

  /** The next call begins a new round. */
  forget(): void {
    this.#left = [];
  }

  /** @throws {Unavailable} when the name has no address */
  async next(): Promise<Endpoint> {
    const { named, only } = this.address;
    if (named === null) return only;
    if (this.#left.length === 0) this.#left = this.#round(named, await this.#addressesOf(named.name));
    const [first] = this.#left.splice(0, 1);
    if (first === undefined)
      throw new Unavailable(`${named.name} has no address: is the controller running?`);
    return first;
  }

  #round({ name, port }: Named, addresses: readonly string[]): Endpoint[] {
    const each = [...new Set(addresses)].filter((address) => isIP(address) !== 0);
    return shuffled(each, this.chance)
      .slice(0, MOST_ADDRESSES)
      .map((address) => ({
        target: isIP(address) === 6 ? `ipv6:[${address}]:${port}` : `ipv4:${address}:${port}`,
        serverName: name,
      }));
  }

  // It takes a thread, which other reads need too: a resolver that does not answer has one and no more.
  async #addressesOf(name: string): Promise<readonly string[]> {
    if (this.#asking !== null) throw new Unavailable(`DNS has still not said where ${name} is.`);
    const asking = this.resolve(name).finally(() => {
      this.#asking = null;
    });
    this.#asking = asking;
    asking.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${RESOLVE_MS} ms`));
      }, RESOLVE_MS);
      timer.unref();
    });
    try {
      return await Promise.race([asking, expiry]);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Unavailable(`${name} cannot be found: ${why}.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], chance: () => number): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(chance() * left.length), 1));
  return order;
}
