/*
 * Who speaks, by TokenReview. The API server alone decides; its answers are believed for a minute at most and never
 * longer than the token itself says that it lives. Tokens are kept as digests only.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '#contracts/clock';
import type { Authenticator, Identity } from '#contracts/identity';
import { Answers, type HeldAnswer } from './answers.js';
import type { ResourceType } from '../client/resource-type.js';
import { ask, type ReviewApi } from './review-api.js';
import { identityOf, saidExpiryMs } from './token-identity.js';

const TOKEN_REVIEWS: ResourceType = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  isNamespaced: false,
};
/** How long an identity is believed: as long as a token that was revoked may still be used. */
const IDENTITY_HOLDS_MS = 60_000;
/** One who knocks again and again with what was refused asks the API server no more than so often. */
const DENIAL_HOLDS_MS = 10_000;
/** No issuer of ServiceAccount or OIDC tokens comes near it; headers are bounded below it anyway. */
const LONGEST_TOKEN = 16_384;

export interface TokenReviewsOptions {
  readonly api: ReviewApi;
  readonly clock: Clock;
  /** Reviews a second in the long run; the burst is five seconds' worth of them. */
  readonly perSecond?: number;
}

export class TokenReviews implements Authenticator {
  readonly #api: ReviewApi;
  readonly #clock: Clock;
  readonly #answers: Answers<Identity | null>;

  constructor({ api, clock, perSecond = 20 }: TokenReviewsOptions) {
    this.#api = api;
    this.#clock = clock;
    this.#answers = new Answers({
      clock,
      perSecond,
      burst: 5 * perSecond,
      capacity: 10_000,
      mostPending: 256,
    });
  }

  async authenticate(token: string, audience: string): Promise<Identity | null> {
    // Printable ASCII: nothing else is a bearer token (RFC 6750).
    if (token.length > LONGEST_TOKEN || !/^[!-~]+$/.test(token)) return null;
    const key = createHash('sha256').update(`${audience}\0${token}`).digest('base64');
    return this.#answers.get(key, () => this.#review(token, audience));
  }

  async #review(token: string, audience: string): Promise<HeldAnswer<Identity | null>> {
    const review = await ask(this.#api, TOKEN_REVIEWS, { token, audiences: [audience] });
    const identity = identityOf(review, audience);
    if (identity === null) return { value: null, holdsMs: DENIAL_HOLDS_MS };
    const leftMs = (saidExpiryMs(token) ?? Infinity) - this.#clock.nowMs();
    return { value: identity, holdsMs: Math.min(IDENTITY_HOLDS_MS, leftMs) };
  }
}
