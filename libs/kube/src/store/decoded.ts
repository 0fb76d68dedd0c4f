import { inWords, type Codec } from '#contracts/codec';
import { InvalidValue } from '#contracts/errors';

/** An object of the API server. @throws {InvalidValue} */
export function decoded<T>(codec: Codec<T>, value: unknown, valid?: T): T {
  const answer = codec.decode(value, valid);
  if (answer.ok) return answer.object;
  throw new InvalidValue(`It is no valid ${codec.kind}: ${inWords(answer.problems)}`);
}
