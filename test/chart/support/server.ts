/*
 * A real API server that the chart's objects are sent to: who asks is said by impersonation, so that its authorization
 * and admission answer as they would answer them.
 */
import { readFileSync } from 'node:fs';
import * as https from 'node:https';
import { ADMIN_TOKEN, ApiServer } from '../../../libs/kube/test/api-server.js';
import { NAMESPACE, type KubeObject } from './helm.js';

export interface Answer {
  readonly status: number;
  /** Of a refusal: what people read. */
  readonly message: string;
  readonly body: Record<string, unknown>;
}

export interface Person {
  readonly user: string;
  readonly groups?: readonly string[];
}

export const ADMIN: Person | null = null;

/** A ServiceAccount as the API server knows it. */
export function account(name: string, namespace: string = NAMESPACE): Person {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { user: `system:serviceaccount:${namespace}:${name}`, groups };
}

/** Somebody who logged in and has no rights yet. */
export function person(user: string): Person {
  return { user, groups: ['system:authenticated'] };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly as?: Person | null;
  /** For PATCH. */
  readonly type?: string;
}

export class ChartServer implements AsyncDisposable {
  readonly #agent: https.Agent;
  readonly #plurals = new Map<string, { readonly plural: string; readonly isNamespaced: boolean }>();

  private constructor(readonly api: ApiServer) {
    this.#agent = new https.Agent({ ca: readFileSync(api.at('ca.crt')), keepAlive: true });
  }

  /** With the namespace of the installation and what Kubernetes' controllers would make there. */
  static async start(): Promise<ChartServer> {
    const server = new ChartServer(await ApiServer.start());
    await server.makeNamespace(NAMESPACE);
    return server;
  }

  async makeNamespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: name },
    };
    await this.api.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }]);
    await this.api.apply([account]);
  }

  async ask({ method, path, body, as, type = 'application/json' }: Call): Promise<Answer> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type, ...impersonation(as) };
    const text = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = https.request(
        `${this.api.url}${path}`,
        { method, agent: this.#agent, headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      request.setTimeout(30_000, () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
    const parsed = JSON.parse(text.text) as Record<string, unknown>;
    const { message } = parsed;
    return { status: text.status, message: typeof message === 'string' ? message : '', body: parsed };
  }

  /** Creates it, or with a query `?dryRun=All` would. */
  async create(object: KubeObject, as: Person | null = ADMIN, query = ''): Promise<Answer> {
    const path = await this.collection(object);
    return this.ask({ method: 'POST', path: `${path}${query}`, body: object, as });
  }

  async get(object: KubeObject, as: Person | null = ADMIN): Promise<Answer> {
    const path = await this.collection(object);
    return this.ask({ method: 'GET', path: `${path}/${object.metadata.name}`, as });
  }

  /** A merge patch, of a subresource when one is named. */
  async patch(
    object: KubeObject,
    change: object,
    as: Person | null = ADMIN,
    subresource = '',
  ): Promise<Answer> {
    const path = `${await this.collection(object)}/${object.metadata.name}${subresource && `/${subresource}`}`;
    return this.ask({ method: 'PATCH', path, body: change, as, type: 'application/merge-patch+json' });
  }

  async delete(object: KubeObject, as: Person | null = ADMIN): Promise<Answer> {
    const path = await this.collection(object);
    return this.ask({ method: 'DELETE', path: `${path}/${object.metadata.name}`, as });
  }

  /** Where objects of this kind are, as the server's own discovery says. */
  async collection({ apiVersion, kind, metadata: { namespace } }: KubeObject): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { plural, isNamespaced } = await this.#resource(group, kind);
    return isNamespaced ? `${group}/namespaces/${namespace ?? 'default'}/${plural}` : `${group}/${plural}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.api[Symbol.asyncDispose]();
  }

  async #resource(group: string, kind: string): Promise<{ plural: string; isNamespaced: boolean }> {
    const key = `${group} ${kind}`;
    const known = this.#plurals.get(key);
    if (known !== undefined) return known;
    const { body } = await this.ask({ method: 'GET', path: group });
    const resources = (body['resources'] ?? []) as readonly {
      name: string;
      kind: string;
      namespaced: boolean;
    }[];
    const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
    if (found === undefined) throw new Error(`The API server knows no ${key}.`);
    const resource = { plural: found.name, isNamespaced: found.namespaced };
    this.#plurals.set(key, resource);
    return resource;
  }
}

function impersonation(as: Person | null | undefined): Record<string, string | string[]> {
  if (as === null || as === undefined) return {};
  return { 'impersonate-user': as.user, 'impersonate-group': [...(as.groups ?? [])] };
}
