/*
 * A client of the event stream.
 */
import { get as httpGet, type ClientRequest, type IncomingMessage } from 'node:http';
import { TOKEN } from './controller.js';

/** An open event stream that remembers what came. */
export class EventStream implements AsyncDisposable {
  text = '';
  status = 0;
  response: IncomingMessage | null = null;
  readonly #request: ClientRequest;

  constructor(port: number, headers: Record<string, string> = {}) {
    const options = {
      port,
      host: '127.0.0.1',
      path: '/api/v1/events',
      agent: false,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    };
    this.#request = httpGet(options, (response) => {
      this.response = response;
      this.status = response.statusCode ?? 0;
      response.on('data', (chunk) => (this.text += String(chunk)));
      response.on('error', () => undefined);
    });
    this.#request.on('error', () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#request.destroy();
  }
}
