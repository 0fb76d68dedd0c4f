/*
 * One cluster as one person may use it: the client, who is asked, and what an answer that is no success means for a
 * person: which right is missing and who can grant it, that nothing is installed, that nobody knows them.
 */
import { MemwardenError, NotFound, Unavailable } from '#contracts/errors';
import type { KubeClient } from '#kube';
import { ApiUnavailable, Forbidden, Rejected, type ResourceType } from '#kube';
import { Refused } from '../backend/errors.js';
import { printable } from '../text/escape.js';
import { MayNot, NotInstalled, NotKnown } from './errors.js';
import { SELF_SUBJECT_ACCESS_REVIEWS, SELF_SUBJECT_REVIEWS } from './resources.js';

/** Who is asked, for messages. */
export interface Place {
  /** Null: in a pod, with its own ServiceAccount. */
  readonly context: string | null;
  /** Of the context; "default" where it has none. */
  readonly namespace: string;
}

/** What was tried, as a right is named. */
export interface Tried {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  readonly type: ResourceType;
  /** Null: in the whole cluster. */
  readonly namespace: string | null;
}

const OURS = 'memwarden.dev';
/** Groups that the roles view and edit, and ours, have something of. */
const ROLES_KNOW = [OURS, '', 'apps'];
/** Everybody may ask for it. */
const VERSION: Tried = {
  verb: 'get',
  type: { group: '', version: 'v1', kind: 'version', plural: 'version', isNamespaced: false },
  namespace: null,
};

export class Cluster {
  readonly client: KubeClient;
  readonly place: Place;

  constructor(client: KubeClient, place: Place) {
    this.client = client;
    this.place = place;
  }

  /** @throws {MayNot | NotKnown | NotInstalled | NotFound | Refused | Unavailable} */
  async ask<R>(tried: Tried, work: (client: KubeClient) => Promise<R>): Promise<R> {
    try {
      return await work(this.client);
    } catch (error) {
      throw await this.explained(error, tried);
    }
  }

  /** What is no object: a log, /version. */
  askText(path: string, query: Parameters<KubeClient['text']>[1], tried: Tried = VERSION): Promise<string> {
    return this.ask(tried, (client) => client.text(path, query));
  }

  async explained(error: unknown, tried: Tried): Promise<unknown> {
    if (error instanceof Forbidden) return this.#refusal(error, tried);
    if (error instanceof NotFound && tried.verb === 'list') return this.#notServed(tried.type, error);
    if (error instanceof Rejected) return new Refused(rejectionText(error), error.problems, { cause: error });
    if (error instanceof ApiUnavailable) return this.#away(error);
    return error;
  }

  /** As the API server knows who asks. @throws {NotKnown | Unavailable} */
  async whoAmI(): Promise<{ readonly user: string; readonly groups: readonly string[] }> {
    try {
      const { status } = await this.client.review<{
        status?: { userInfo?: { username?: string; groups?: readonly string[] } };
      }>(SELF_SUBJECT_REVIEWS, {});
      return { user: status?.userInfo?.username ?? '', groups: status?.userInfo?.groups ?? [] };
    } catch (error) {
      if (error instanceof Forbidden) throw this.#notKnown(error);
      throw error;
    }
  }

  async #refusal(error: Forbidden, tried: Tried): Promise<MemwardenError> {
    try {
      const { user } = await this.whoAmI();
      // RBAC allows it: then an admission policy has said no, and why.
      if (await this.#may(tried)) return new Refused(printable(error.said), [], { cause: error });
      return new MayNot(mayNotText(user, tried), { cause: error });
    } catch (second) {
      return second instanceof MemwardenError ? second : error;
    }
  }

  async #may({ verb, type, namespace }: Tried): Promise<boolean> {
    const { group, plural: resource } = type;
    const resourceAttributes = { verb, group, resource, ...(namespace === null ? {} : { namespace }) };
    const { status } = await this.client.review<{ status?: { allowed?: boolean } }>(
      SELF_SUBJECT_ACCESS_REVIEWS,
      { spec: { resourceAttributes } },
    );
    return status?.allowed === true;
  }

  #away(error: ApiUnavailable): Unavailable {
    const { context } = this.place;
    const which = context === null ? '' : ` --context ${printable(context)}`;
    const text = `${printable(error.message)}\nIs it running, and is there a way to it (VPN, proxy)? kubectl${which} get --raw /readyz asks the same. This machine alone: memwarden local, memwarden doctor.`;
    return new Unavailable(text, { cause: error });
  }

  #notKnown(cause: Error): NotKnown {
    const { context } = this.place;
    const who = context === null ? 'this ServiceAccount' : `the user of context ${printable(context)}`;
    return new NotKnown(
      `The API server does not know ${who} (401): its token or certificate is not valid, or no longer. Log in again, or name another one: --context NAME.`,
      { cause },
    );
  }

  /** A collection is always there when its kind is. */
  #notServed({ group, version, kind, plural }: ResourceType, cause: Error): MemwardenError {
    const where =
      this.place.context === null
        ? 'This cluster'
        : `The cluster of context ${printable(this.place.context)}`;
    if (group !== OURS) return new NotFound(`${where} has no ${plural} (${group}/${version}).`, { cause });
    return new NotInstalled(
      `${where} does not know ${kind} (${group}/${version}): Memwarden's custom resources are not installed there. Install it: helm install memwarden helm/memwarden -n memwarden, as docs/guide/install.md has it. Or name another cluster: --context NAME.`,
      { cause },
    );
  }
}

function mayNotText(user: string, { verb, type, namespace }: Tried): string {
  const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  const where = namespace === null ? 'in the whole cluster' : `in namespace ${printable(namespace)}`;
  return `${printable(user)} may not ${verb} ${resource} ${where}.\n${grantText(user, { verb, type, namespace })}`;
}

/** Who administers the namespace, or the cluster, can grant it with one line. */
function grantText(user: string, { verb, type, namespace }: Tried): string {
  const who = `--user=${printable(user)}`;
  const isRead = verb === 'get' || verb === 'list' || verb === 'watch';
  if (!ROLES_KNOW.includes(type.group)) return 'Who administers the cluster may.';
  const { name, kind } = roleFor(type, isRead);
  if (namespace === null)
    return `Who administers the cluster can grant it: kubectl create clusterrolebinding ${name} --${kind}=${name} ${who}.${type.isNamespaced ? ' Or ask in one namespace only: -n NAMESPACE.' : ''}`;
  return `Who administers the namespace can grant it: kubectl create rolebinding ${name} --${kind}=${name} ${who} -n ${printable(namespace)}.`;
}

/** The chart's roles; ConfigMaps are asked for the pause only. */
function roleFor(
  { group, kind }: ResourceType,
  isRead: boolean,
): { readonly name: string; readonly kind: 'role' | 'clusterrole' } {
  if (kind === 'ConfigMap') return { name: 'memwarden-pause', kind: 'role' };
  const ours = isRead ? 'memwarden-view' : 'memwarden-edit';
  return { name: group === OURS ? ours : isRead ? 'view' : 'edit', kind: 'clusterrole' };
}

function rejectionText({ message, problems }: Rejected): string {
  const lines = problems.flatMap(({ path, message: what }) =>
    path === '' ? [] : [`  ${printable(path)}: ${printable(what)}`],
  );
  return lines.length === 0 ? printable(message) : ['The API server does not take it:', ...lines].join('\n');
}
