/*
 * Reviews at the API server: objects that are created to be answered, and kept by nobody.
 */
import { MemwardenError, Unavailable } from '#contracts/errors';
import type { KubeClient } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';

/** As much of the client as is used. */
export type ReviewApi = Pick<KubeClient, 'review'>;

const DEADLINE_MS = 5_000;

/** Whatever went wrong, nobody can say now. The text never has the question: it may be a token. @throws {Unavailable} */
export async function ask(api: ReviewApi, type: ResourceType, spec: object): Promise<unknown> {
  try {
    return await api.review<unknown>(type, { spec }, { timeoutMs: DEADLINE_MS });
  } catch (error) {
    const code = error instanceof MemwardenError ? error.code : 'unknown error';
    throw new Unavailable(
      `The API server does not answer ${type.plural} (${code}). Without it nobody is let in who is not known yet; ` +
        `see whether it is reachable, and whether this ServiceAccount may create ${type.plural}.`,
      { cause: error },
    );
  }
}
