/*
 * What a controller or an API server may answer that is no answer.
 */
import { MemwardenError } from '#contracts/errors';
import type { Problem } from '#contracts/store';

/** It answers, and will not do this for this asker: nothing that time heals. */
export abstract class LastingRefusal extends MemwardenError {}

/** It understood, and will not do it; the text says where in what was asked for. */
export class Refused extends MemwardenError {
  override readonly code = 'Refused';

  constructor(
    message: string,
    readonly problems: readonly Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
