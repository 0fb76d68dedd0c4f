/** Does it for each, a few at once. */
export async function inTurns<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
  atOnce = 16,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
