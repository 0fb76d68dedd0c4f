/*
 * The end of a log file, without reading the rest of it.
 */
import { open } from 'node:fs/promises';

/** Its last whole lines, at most so many and so many bytes. @throws as fs does */
export async function tailOf(file: string, lines: number, mostBytes: number): Promise<string> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const start = Math.max(0, size - mostBytes);
  const buffer = Buffer.alloc(Math.min(size, mostBytes));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return lastLines(buffer.toString('utf8', 0, bytesRead), lines, start > 0);
}

/** Pure. @param isCut its first line is not whole */
export function lastLines(text: string, lines: number, isCut = false): string {
  const all = text.split('\n');
  const whole = isCut ? all.slice(1) : all;
  const end = whole.at(-1) === '' ? whole.length - 1 : whole.length;
  return whole.slice(Math.max(0, end - lines), end).map((line) => `${line}\n`).join('');
}
