/*
 * Who may do what, by SubjectAccessReview: the cluster's own RBAC decides. Answers are believed for ten seconds.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '#contracts/clock';
import type { Access, Authorizer, Identity } from '#contracts/identity';
import { Answers } from './answers.js';
import type { ResourceType } from '../client/resource-type.js';
import { ask, type ReviewApi } from './review-api.js';

const SUBJECT_ACCESS_REVIEWS: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  isNamespaced: false,
};
const HOLDS_MS = 10_000;

export interface AccessReviewsOptions {
  readonly api: ReviewApi;
  readonly clock: Clock;
  /** Reviews a second in the long run; the burst is five seconds' worth of them. */
  readonly perSecond?: number;
}

export class AccessReviews implements Authorizer {
  readonly #api: ReviewApi;
  readonly #answers: Answers<boolean>;

  constructor({ api, clock, perSecond = 20 }: AccessReviewsOptions) {
    this.#api = api;
    this.#answers = new Answers({
      clock,
      perSecond,
      burst: 5 * perSecond,
      capacity: 10_000,
      mostPending: 256,
    });
  }

  may(identity: Identity, access: Access): Promise<boolean> {
    const spec = specOf(identity, access);
    const key = createHash('sha256').update(JSON.stringify(spec)).digest('base64');
    return this.#answers.get(key, async () => {
      const review = await ask(this.#api, SUBJECT_ACCESS_REVIEWS, spec);
      return { value: isAllowed(review), holdsMs: HOLDS_MS };
    });
  }
}

// Every field in its place, absent ones too: the same question is the same text.
function specOf({ user, uid, groups }: Identity, access: Access): object {
  const { verb, group, resource, subresource = '', namespace = '', name = '' } = access;
  return {
    user,
    uid: uid ?? '',
    groups: groups.toSorted(),
    resourceAttributes: { verb, group, resource, subresource, namespace, name },
  };
}

function isAllowed(review: unknown): boolean {
  const { status } = (review ?? {}) as { status?: { allowed?: unknown; denied?: unknown } | null };
  return status?.allowed === true && status.denied !== true;
}
