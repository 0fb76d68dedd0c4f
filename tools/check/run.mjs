/*
 * Runs checks: what is alone runs by itself after the rest, which runs in two lanes, one per core of the machines this
 * is made for. A check that throws has failed; none ends the run.
 */

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 * @property {string} [note] a few words for the summary
 * @property {string} [output] shown in full when something failed
 */
/**
 * @typedef {object} Check
 * @property {string} name
 * @property {'first' | 'second' | 'alone'} lane 'alone': measures time or needs both cores
 * @property {() => string | undefined} [cannotRun] why this machine cannot run it
 * @property {() => Promise<Outcome>} run
 */
/** @typedef {Outcome & { name: string, seconds: number }} Result */

/**
 * @param {readonly Check[]} checks
 * @returns {Promise<Result[]>}
 */
export async function runChecks(checks) {
  /** @type {Result[]} */
  const results = [];
  const lane = async (/** @type {Check['lane']} */ name) => {
    for (const check of checks.filter((one) => one.lane === name)) results.push(await runOne(check));
  };
  await Promise.all([lane('first'), lane('second')]);
  await lane('alone');
  return results;
}

/**
 * @param {Check} check
 * @returns {Promise<Result>}
 */
async function runOne(check) {
  const started = performance.now();
  const outcome = await outcomeOf(check);
  const result = { ...outcome, name: check.name, seconds: (performance.now() - started) / 1000 };
  process.stdout.write(line(result));
  return result;
}

/**
 * @param {Check} check
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(check) {
  const reason = check.cannotRun?.();
  if (reason !== undefined) return { passed: 0, failed: 0, skipped: 1, note: reason };
  try {
    return await check.run();
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      output: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** @param {Result} result */
function line(result) {
  const { name, seconds, passed, failed, skipped = 0, note = '', output = '' } = result;
  const word = failed > 0 ? 'FAIL' : passed > 0 ? 'ok  ' : 'skip';
  const count =
    passed + failed + skipped > 1
      ? `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
      : '';
  const head = `${word}  ${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s  ${[count, note].filter(Boolean).join('; ')}\n`;
  return failed > 0 && output !== '' ? `${head}${output.trimEnd()}\n\n` : head;
}
