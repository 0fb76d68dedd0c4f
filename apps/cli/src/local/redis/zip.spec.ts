import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidValue } from '#contracts/errors';
import { fileInZip } from './zip.js';

interface Packed {
  readonly name: string;
  readonly content: Buffer;
  readonly stored?: boolean;
}

/** A writer of the same format, so that the reader is not its own judge: python3 -m zipfile reads these, too. */
function zip(files: readonly Packed[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, stored } of files) {
    const data = stored === true ? content : deflateRawSync(content);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(stored === true ? 0 : 8, 8);
    head.writeUInt32LE(crc32(content), 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(content.length, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    head.copy(entry, 10, 8, 30);
    entry.writeUInt32LE(offset, 42);
    parts.push(head, Buffer.from(name), data);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, ...entries, end, Buffer.from(comment)]);
}

function outcome(archive: Buffer): string {
  try {
    fileInZip(archive, 'a/bin/redis-server');
    return 'unpacked';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

describe('a file in a zip archive', () => {
  const content = Buffer.from('redis '.repeat(1000));
  const files = [
    { name: 'a/METADATA', content: Buffer.from('x') },
    { name: 'a/bin/redis-server', content },
    { name: 'a/stored', content, stored: true },
  ];

  it('is found among others, packed or stored, with a comment behind', () => {
    expect(fileInZip(zip(files), 'a/bin/redis-server')).toEqual(content);
    expect(fileInZip(zip(files, 'made by hand'), 'a/stored')).toEqual(content);
  });

  it('is refused when it is not there', () => {
    expect(() => fileInZip(zip(files), 'a/bin/valkey')).toThrow('The archive holds no a/bin/valkey.');
  });

  it('is refused when it claims a smaller size than it has', () => {
    const archive = zip([{ name: 'bomb', content }]);
    archive.writeUInt32LE(10, archive.length - 22 - 4 - 46 + 24);
    expect(() => fileInZip(archive, 'bomb')).toThrow(InvalidValue);
  });

  it('never fails in another way than by refusing, whatever is cut off or changed', () => {
    const whole = zip(files);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        expect(['unpacked', InvalidValue.name]).toContain(outcome(damaged.subarray(0, length)));
      }),
    );
  });
});
