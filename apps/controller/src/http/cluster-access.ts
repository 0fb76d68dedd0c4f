/*
 * Who may ask what in a cluster: the API server says whose a token is (TokenReview) and what they may do
 * (SubjectAccessReview). docs/reference/rest.md has the table. When nobody can say, nobody is let in.
 */
import { Unavailable } from '#contracts/errors';
import type { Access, Authenticator, Authorizer, Identity } from '#contracts/identity';
import { RequestRefused } from '../api/problem.js';
import type { Caller } from './caller.js';
import { SealedCookie } from './sealed-cookie.js';

export interface Credentials {
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
  /** The value of our cookie. */
  readonly cookie: string | null;
}

const GROUP = 'memwarden.dev';
/** Everything that the page shows: whose memory it is on every node. */
const READ: Access = { verb: 'get', group: GROUP, resource: 'nodememories' };
/** Whether anything is acted on, for everybody. */
const STOP: Access = { verb: 'update', group: GROUP, resource: 'memorypolicies' };
const STOPPING: ReadonlySet<string> = new Set(['/api/v1/pause', '/api/v1/resume', '/api/v1/breaker::reset']);

export class ClusterAccess {
  readonly #cookies = new SealedCookie();

  constructor(
    private readonly options: {
      readonly authenticator: Authenticator;
      readonly authorizer: Authorizer;
      /** One of them must be among those that a token was made for. */
      readonly audiences: readonly string[];
    },
  ) {}

  /** @param route as the router has it @throws {RequestRefused} 401, 403, 503 */
  async admit(route: string | undefined, credentials: Credentials): Promise<Caller> {
    const identity = await this.#identify(this.#tokenOf(credentials));
    await this.#demand(identity, route !== undefined && STOPPING.has(route) ? STOP : READ);
    return { name: identity.user, identity };
  }

  /** The cookie of whoever has this token. @throws {RequestRefused} */
  async signIn(token: string): Promise<string> {
    await this.#identify(token);
    const cookie = this.#cookies.seal(token);
    if (cookie === null)
      throw new RequestRefused(
        401,
        'WrongToken',
        'The token is too long for a cookie: send it as a Bearer header.',
      );
    return cookie;
  }

  /** A person's cleanup ends what others may have put there: whoever asks must be allowed to evict. @throws {RequestRefused} */
  async demandCleanup({ identity }: Caller, namespace: string, verb: 'create' | 'update'): Promise<void> {
    if (identity === null) return;
    await this.#demand(identity, { verb, group: GROUP, resource: 'memorycleanups', namespace });
    if (verb === 'create')
      await this.#demand(identity, {
        verb: 'create',
        group: '',
        resource: 'pods',
        subresource: 'eviction',
        namespace,
      });
  }

  #tokenOf({ authorization, cookie }: Credentials): string {
    if (authorization === undefined) return cookie === null ? '' : (this.#cookies.open(cookie) ?? '');
    const [scheme = '', given = ''] = authorization.split(' ', 2);
    return scheme.toLowerCase() === 'bearer' ? given : '';
  }

  async #identify(token: string): Promise<Identity> {
    for (const audience of token === '' ? [] : this.options.audiences) {
      const identity = await this.#asked(() => this.options.authenticator.authenticate(token, audience));
      if (identity !== null) return identity;
    }
    throw new RequestRefused(
      401,
      'WrongToken',
      `Send "Authorization: Bearer TOKEN" with a token for ${this.options.audiences.join(' or ')}: kubectl create token SERVICEACCOUNT --audience ${this.options.audiences[0] ?? ''}`,
    );
  }

  async #demand(identity: Identity, access: Access): Promise<void> {
    if (await this.#asked(() => this.options.authorizer.may(identity, access))) return;
    const { verb, resource, subresource, group, namespace } = access;
    const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    throw new RequestRefused(
      403,
      'Forbidden',
      `${identity.user} may not ${verb} ${what}${where}; ask for a role that allows it.`,
    );
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Unavailable) throw new RequestRefused(503, error.code, error.message);
      throw error;
    }
  }
}
