/* A descriptor of the library with one owner: closed once, and an alarm when it is dropped open. */
import { Unavailable } from '#contracts/errors';
import type { Bindings } from './bindings.js';
import { check } from './status.js';

// An alarm, not a release: it never runs at exit, and when it runs is up to the collector.
const leaks = new FinalizationRegistry<string>((what) => {
  process.emitWarning(
    `${what} was dropped without release. Its descriptor stays open until the process ends.`,
  );
});

export class Descriptor {
  private open = true;

  constructor(
    readonly native: Bindings,
    private readonly fd: number,
    private readonly what: string,
  ) {
    leaks.register(this, what, this);
  }

  /** @throws {Unavailable} after release */
  get(): number {
    if (!this.open) throw new Unavailable(`${this.what} was released already.`);
    return this.fd;
  }

  release(): void {
    if (!this.open) return;
    this.open = false;
    leaks.unregister(this);
    check(this.native, this.native.mw_fd_close(this.fd), `Closing ${this.what}`);
  }
}
