/*
 * What the guest said: the TAP stream of node:test, followed by the marker that its init writes last.
 * Without the marker the run is broken, whatever was counted before.
 */
export interface GuestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly skipped: boolean;
}

export interface GuestReport {
  readonly results: readonly GuestResult[];
  /** `# name value` lines of the guest's tests, as JSON. */
  readonly figures: readonly string[];
  /** Exit status of the guest's test process; null: the guest never came to its end. */
  readonly endStatus: number | null;
}

const END = /^# memwarden-vm end (\d+)$/;
const FIGURE = /^\s*# figure (.+)$/;
const RESULT = /^(?<indent>\s*)(?<not>not )?ok \d+ - (?<name>.*?)(?<skip> # SKIP.*)?$/;
/** node:test marks a suite's own line so; it only repeats the tests in it. */
const SUITE = /^\s*type: 'suite'$/;

export function parseTap(text: string): GuestReport {
  const results: GuestResult[] = [];
  const figures: string[] = [];
  let endStatus: number | null = null;
  for (const line of text.split(/\r*\n/)) {
    const figure = FIGURE.exec(line)?.[1];
    if (figure !== undefined) figures.push(figure);
    const end = END.exec(line)?.[1];
    if (end !== undefined) endStatus = Number(end);
    const result = RESULT.exec(line)?.groups;
    if (result !== undefined)
      results.push({
        name: result['name'] ?? '',
        passed: result['not'] === undefined,
        skipped: result['skip'] !== undefined,
      });
    else if (SUITE.test(line)) results.pop();
  }
  return { results, figures, endStatus };
}
