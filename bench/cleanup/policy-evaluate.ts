/*
 * policy.evaluate: one sample of a node with 10,000 holders under 1,000 policies, in CPU time.
 */
import { result, type Figure, type Result, type SuiteRun } from '../harness/document.js';
import { programOutput } from '../harness/program.js';
import { bootstrap, median } from '../harness/statistics.js';

const CORE = 0;
const NAME = 'policy.evaluate';
const SAMPLES = 20;

interface Said {
  readonly ms: number;
  readonly hostileMs: number;
}

export async function policyEvaluate(run: SuiteRun): Promise<Result[]> {
  run.workspace.say(NAME);
  const said: Said[] = [];
  for (let process = 0; process < (run.quick ? 3 : 15); process += 1)
    said.push(JSON.parse(await programOutput('policy-evaluate', [String(SAMPLES)], CORE)) as Said);
  const row = (figure: Pick<Figure, 'metric' | 'goal' | 'note'>, values: readonly number[]): Result =>
    result({ name: NAME, unit: 'ms', better: 'lower', ...figure }, bootstrap(values, median, run.random));
  const note = `CPU time, median of ${SAMPLES} samples in each process`;
  return [
    row(
      { metric: '1,000 policies x 10,000 holders', goal: 50, note },
      said.map(({ ms }) => ms),
    ),
    row(
      { metric: 'each policy matches every holder', note: 'by selectors, over 500 pods' },
      said.map(({ hostileMs }) => hostileMs),
    ),
  ];
}
