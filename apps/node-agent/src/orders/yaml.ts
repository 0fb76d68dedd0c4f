/*
 * YAML of the allow list. The parser is loaded with the first list: an agent that may do nothing does not carry it.
 */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('./yaml-parser.js');
  // Aliases may make a small text a large document; an allow list needs none.
  return parse(text, { maxAliasCount: 0, schema: 'core' }) as unknown;
}
