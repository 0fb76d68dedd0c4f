/*
 * How objects are shown: for whom and how wide.
 */
export interface ViewOptions {
  readonly columns: number;
  readonly nowMs: number;
  /** More columns. */
  readonly isWide?: boolean;
  /** They are of several namespaces: say which. */
  readonly withNamespace?: boolean;
}
