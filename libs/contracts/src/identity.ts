/*
 * Who speaks, and what they may do. In a cluster both questions are the API server's to answer (TokenReview,
 * SubjectAccessReview); on one machine there is one token and it may do everything.
 */

export interface Identity {
  readonly user: string;
  readonly uid: string | null;
  readonly groups: readonly string[];
  /** Of a token that is bound to a pod: the node and the pod that the API server says it was made for. */
  readonly node: { readonly name: string; readonly uid: string } | null;
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string } | null;
}

/** As in authorization.k8s.io/v1 ResourceAttributes. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Port. Answers may be as old as a minute; how many are asked for in a second is bounded. */
export interface Authenticator {
  /** Null: nobody's token, or not for this audience. @throws {Unavailable} when nobody can say now */
  authenticate(token: string, audience: string): Promise<Identity | null>;
}

/** Port. */
export interface Authorizer {
  /** @throws {Unavailable} when nobody can say now: then it is not allowed */
  may(identity: Identity, access: Access): Promise<boolean>;
}
