/*
 * The end of a run: what failed, once more by name, and the sum as the last line.
 */

/** @param {readonly import('./run.mjs').Result[]} results */
export function report(results) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ what) =>
    results.reduce((total, result) => total + (result[what] ?? 0), 0);
  const failed = results.filter((result) => result.failed > 0).map(({ name }) => name);
  const skipped = sum('skipped');
  const names = failed.length > 0 ? `failed: ${failed.join(', ')}\n` : '';
  return `\n${names}${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
}
