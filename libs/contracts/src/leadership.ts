/*
 * One place decides: which replica that is. Local mode leads for ever.
 */

/** Port. */
export interface Leadership {
  /** False from the moment in which another one could be leading, not from when it does. */
  readonly isLeader: boolean;
  /** Null: nobody, or nobody knows. */
  readonly leader: { readonly identity: string; readonly address: string } | null;
  onChange(callback: () => void): Disposable;
}

export const ALONE: Leadership = {
  isLeader: true,
  leader: null,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
};
