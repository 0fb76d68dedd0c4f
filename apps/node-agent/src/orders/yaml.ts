/*
 * YAML of the allow list. The parser is loaded with the first list: an agent that may do nothing does not carry it.
 */
import { InvalidValue } from '#contracts/errors';

/** @throws {InvalidValue} for what is no YAML, or more than one document */
export async function parseYaml(text: string): Promise<unknown> {
  const parser = await import('./yaml-parser.js');
  const parsed = parser.parseYaml(text, { maxDocuments: 1 });
  if (parsed.ok) return parsed.documents[0]?.value ?? null;
  const [problem] = parsed.problems;
  const where = problem?.line === undefined ? '' : `line ${problem.line}: `;
  throw new InvalidValue(`${where}${problem?.path ?? ''} ${problem?.message ?? 'it is no YAML'}`.trim());
}
