/*
 * The text of a file as an object.
 */
import { inWords, type Codec } from '#contracts/codec';
import { InvalidValue } from '#contracts/errors';

/** @throws {InvalidValue} */
export function decodedJson<T>(text: string, codec: Codec<T>): T {
  const answer = codec.decode(parsed(text));
  if (!answer.ok) throw new InvalidValue(`It is no ${codec.kind}: ${inWords(answer.problems)}`);
  return answer.object;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidValue(text.trim() === '' ? 'It is empty.' : 'It is no JSON.', { cause: error });
  }
}
