/*
 * With what this process speaks to the API server, read anew from where it is kept, since all of it is rotated under a
 * running process: the ServiceAccount's token and CA, and the files that a kubeconfig is made of.
 */
import { readFile, stat } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Unavailable } from '#contracts/errors';

export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** https://host:port, without a path. */
  readonly server: string;
  readonly tls: TlsOptions;
  /** authorization, impersonate-user … */
  readonly headers: Readonly<Record<string, string>>;
}

export interface CredentialSource {
  /** As they are now. `wereRefused`: those read last are not taken any more. @throws {Unavailable} */
  read(wereRefused: boolean): Promise<Credentials>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  /** KUBERNETES_SERVICE_HOST */
  readonly host: string;
  /** KUBERNETES_SERVICE_PORT */
  readonly port: string;
  /** Where token and ca.crt are mounted. */
  readonly folder?: string;
}

/** A pod's: both files are read each time, for the kubelet replaces them. */
export function inClusterCredentials({
  host,
  port,
  folder = SERVICE_ACCOUNT,
}: InClusterOptions): CredentialSource {
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    read: async () => {
      const [token, ca] = await Promise.all([
        readText(join(folder, 'token')),
        readText(join(folder, 'ca.crt')),
      ]);
      return { server, tls: { ca }, headers: { authorization: `Bearer ${token.trim()}` } };
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Unavailable(
      `${path} cannot be read: mount the ServiceAccount's token, or name a kubeconfig (${String(error)}).`,
      { cause: error },
    );
  }
}

/** A person's: the file is read again when it was written, or when what it says is refused. */
export function kubeconfigCredentials(path: string, context?: string): CredentialSource {
  let kept: { readonly config: KubeConfig; readonly mtimeMs: number } | null = null;
  return {
    read: async (wereRefused) => {
      try {
        const { mtimeMs } = await stat(path);
        if (kept === null || wereRefused || kept.mtimeMs !== mtimeMs)
          kept = { config: loaded(path, context), mtimeMs };
        return await credentialsOf(kept.config);
      } catch (error) {
        if (error instanceof Unavailable) throw error;
        throw new Unavailable(`The kubeconfig ${path} cannot be used: ${String(error)}`, { cause: error });
      }
    },
  };
}

function loaded(path: string, context?: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Unavailable(`The context ${JSON.stringify(config.getCurrentContext())} has no cluster.`);
  if (cluster.proxyUrl !== undefined)
    throw new Unavailable(
      'A proxy-url in the kubeconfig is not supported: remove it, or use a context without.',
    );
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { server: cluster.server.replace(/\/+$/u, ''), tls: tlsOf(options), headers: headersOf(options) };
}

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsOptions {
  const pems = Object.entries({ ca, cert, key }).flatMap(([name, pem]) =>
    typeof pem === 'string' || Buffer.isBuffer(pem) ? [[name, pem.toString()] as const] : [],
  );
  return {
    ...(Object.fromEntries(pems) as TlsOptions),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function headersOf({ headers = {}, auth }: RequestOptions): Readonly<Record<string, string>> {
  const basic =
    typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { ...basic, ...(Object.fromEntries(given) as Record<string, string>) };
}
