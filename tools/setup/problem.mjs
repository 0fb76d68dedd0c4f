/*
 * What can stop a set-up, in the words a person sees: what is wrong, then what to do.
 * Anything that is not a Problem is a defect of the set-up itself and keeps its stack.
 */

export class Problem extends Error {
  /**
   * @param {string} what one sentence
   * @param {string} next what to do now; printed on its own line
   */
  constructor(what, next) {
    super(what);
    this.name = 'Problem';
    this.next = next;
  }
}

const FILE_SYSTEM = /** @type {Record<string, (path: string) => Problem>} */ ({
  ENOSPC: (path) =>
    new Problem(
      `No space is left on the disk (${path}).`,
      'Free about 2 GB and run the same command again; it goes on where it stopped.',
    ),
  EDQUOT: (path) =>
    new Problem(
      `Your disk quota is used up (${path}).`,
      'Free about 2 GB and run the same command again; it goes on where it stopped.',
    ),
  EROFS: (path) =>
    new Problem(
      `${path} is on a read-only file system.`,
      'Copy the checkout to a place that you can write to and start it there.',
    ),
  EACCES: (path) =>
    new Problem(
      `${path} cannot be written by this user.`,
      'Make it writable (chown -R "$USER" . ), or copy the checkout to a place of your own.',
    ),
  EPERM: (path) =>
    new Problem(
      `${path} cannot be written by this user.`,
      'Make it writable (chown -R "$USER" . ), or copy the checkout to a place of your own.',
    ),
});

/**
 * @param {unknown} error
 * @returns {Problem | undefined} undefined: a defect, not a circumstance
 */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
  return code === undefined ? undefined : FILE_SYSTEM[code]?.(path ?? 'The checkout');
}

const OUTPUT = /** @type {readonly [RegExp, string][]} */ ([
  [/ENOSPC|No space left on device/u, 'ENOSPC'],
  [/EDQUOT|Disk quota exceeded/u, 'EDQUOT'],
  [/EROFS|Read-only file system/u, 'EROFS'],
  [/EACCES|Permission denied/u, 'EACCES'],
]);

/**
 * What a tool's output says of the file system; tools do not tell it in another way.
 * @param {string} output
 * @param {string} path
 */
export function problemInOutput(output, path) {
  const code = OUTPUT.find(([pattern]) => pattern.test(output))?.[1];
  return code === undefined ? undefined : FILE_SYSTEM[code]?.(path);
}
