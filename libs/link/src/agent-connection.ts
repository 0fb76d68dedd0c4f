/*
 * One attempt to talk to the controller: a channel of its own, a stream, and its end, which is said exactly once.
 * gRPC's own reconnecting is not used: it would hide from the agent when and why it is alone.
 */
import { createSecureContext } from 'node:tls';
import {
  Client,
  credentials,
  Metadata,
  type ChannelCredentials,
  type ChannelOptions,
  type ClientDuplexStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { InvalidValue } from '#contracts/errors';
import type { Endpoint } from './endpoints.js';
import { AgentLinkService, ControllerMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { assertDecodableByAgent } from './message-guard.js';
import { KEEPALIVE, MAX_MESSAGE_BYTES } from './protocol.js';

export interface AgentConnectionOptions {
  readonly endpoint: Endpoint;
  readonly token: string;
  /** PEM, several certificates while one replaces another; null: without TLS. */
  readonly ca: string | null;
  /** Until the connection is made; then the welcome has a deadline of its own. */
  readonly connectDeadlineMs: number;
  readonly message: (message: wire.ControllerMessage) => void;
  readonly drained: () => void;
  readonly ended: (reason: string) => void;
}

/** A farewell that the controller does not answer is cut short. */
const LEAVE_MS = 500;

export class AgentConnection {
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Buffer, wire.ControllerMessage>;
  #ended = false;
  #writable = true;

  /** @throws {InvalidValue} for a CA that is none */
  constructor(private readonly options: AgentConnectionOptions) {
    const { endpoint, ca } = options;
    this.#client = new Client(endpoint.target, credentialsOf(ca), {
      ...KEEPALIVE,
      ...namesOf(endpoint),
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${options.token}`);
    const { path } = AgentLinkService.connect;
    // Messages come encoded: what cannot be encoded must fail where it is made, not end the stream.
    const asTheyAre = (bytes: Buffer): Buffer => bytes;
    this.#stream = this.#client.makeBidiStreamRequest(path, asTheyAre, decoded, metadata);
    this.#listen();
    this.#limitConnecting(options.connectDeadlineMs);
  }

  get writable(): boolean {
    return this.#writable && !this.#ended;
  }

  /** @param bytes one encoded AgentMessage */
  send(bytes: Buffer): void {
    if (!this.#ended) this.#writable = this.#stream.write(bytes);
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.cancel();
    this.#client.close();
    this.options.ended(reason);
  }

  /** Takes leave in order: what was written before still arrives. Resolves when the connection is gone. */
  leave(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#ended = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#stream.cancel();
      }, LEAVE_MS);
      this.#stream.once('status', () => {
        clearTimeout(timer);
        this.#client.close();
        resolve();
      });
      this.#stream.end();
    });
  }

  #limitConnecting(limitMs: number): void {
    const timer = setTimeout(() => {
      this.end(`no connection within ${limitMs} ms`);
    }, limitMs);
    this.#client.waitForReady(Infinity, () => {
      clearTimeout(timer);
    });
    this.#stream.once('status', () => {
      clearTimeout(timer);
    });
  }

  #listen(): void {
    const { message, drained } = this.options;
    this.#stream.on('data', (received: wire.ControllerMessage) => {
      if (!this.#ended) message(received);
    });
    this.#stream.on('drain', () => {
      this.#writable = true;
      if (!this.#ended) drained();
    });
    this.#stream.on('error', (error: ServiceError) => {
      this.end(error.details === '' ? error.message : error.details);
    });
    this.#stream.on('end', () => {
      this.end('the controller ended the session');
    });
  }
}

function decoded(bytes: Buffer): wire.ControllerMessage {
  assertDecodableByAgent(bytes);
  return ControllerMessage.decode(bytes);
}

/** @throws {InvalidValue} */
function credentialsOf(ca: string | null): ChannelCredentials {
  if (ca === null) return credentials.createInsecure();
  // Without a certificate in it the system's own roots would be trusted.
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new InvalidValue(NO_CA);
  try {
    return credentials.createFromSecureContext(createSecureContext({ ca, minVersion: 'TLSv1.3' }));
  } catch (cause) {
    throw new InvalidValue(NO_CA, { cause });
  }
}

const NO_CA = 'The CA bundle of the link holds no certificate in PEM: set MEMWARDEN_LINK_CA_FILE.';

/** An address was asked for by a name: the certificate is for the name. */
function namesOf({ serverName }: Endpoint): ChannelOptions {
  return serverName === null
    ? {}
    : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
}
