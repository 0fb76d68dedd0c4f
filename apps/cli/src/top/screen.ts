/*
 * The terminal while `top` has it: its other screen, keys one by one; given back as it was, however this ends.
 */
import { emitKeypressEvents, type Key as ReadlineKey } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Key } from './model.js';
import type { Area, Line, Style } from './view.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_REST = '\x1b[J';
const RESET = '\x1b[0m';
const COLOURED: Readonly<Record<Style, string>> = {
  plain: '',
  strong: '\x1b[1m',
  faint: '\x1b[2m',
  selected: '\x1b[7m',
  alarm: '\x1b[1;31m',
};
/** Which row is chosen must be seen without colours, too: reverse video is not one. */
const UNCOLOURED: Readonly<Record<Style, string>> = { ...COLOURED, strong: '', faint: '', alarm: '' };

export class Screen implements Disposable {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #styles: Readonly<Record<Style, string>>;
  readonly #leave = (): void => void this.#output.write(LEAVE);

  constructor(terminal: {
    readonly input: ReadStream;
    readonly output: WriteStream;
    readonly colours: boolean;
  }) {
    this.#input = terminal.input;
    this.#output = terminal.output;
    this.#styles = terminal.colours ? COLOURED : UNCOLOURED;
    emitKeypressEvents(this.#input);
    this.#input.setRawMode(true);
    this.#output.write(ENTER);
    process.once('exit', this.#leave);
  }

  get area(): Area {
    return { columns: this.#output.columns, rows: this.#output.rows };
  }

  listen(onKey: (key: Key) => void, onResize: () => void): void {
    this.#input.on('keypress', (text: string | undefined, key: ReadlineKey) => {
      onKey({ name: key.name, ctrl: key.ctrl === true, text: text ?? '' });
    });
    this.#output.on('resize', onResize);
    this.#input.resume();
  }

  /** One write per picture, so that nothing flickers. */
  show(lines: readonly Line[]): void {
    const rows = lines.map(({ text, style }) => {
      const code = this.#styles[style];
      return code === '' ? text : `${code}${text}${RESET}`;
    });
    this.#output.write(`${HOME}${rows.join('\r\n')}${CLEAR_REST}`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#leave);
    this.#input.removeAllListeners('keypress');
    this.#output.removeAllListeners('resize');
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#leave();
  }
}
