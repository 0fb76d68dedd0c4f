/*
 * Screenshots against committed references. Fonts differ between machines, so a picture agrees while few of its pixels
 * differ by much and nearly all of its tiles have the same mean colour: letters hardly move that, while what moved,
 * vanished or changed colour does. On disagreement the picture and the
 * difference are in artefacts/browser/. MEMWARDEN_UPDATE_PICTURES=1 writes the references anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

const REFERENCES = join(import.meta.dirname, 'reference');
const ARTEFACTS = join(import.meta.dirname, '../../artefacts/browser');
/** Share of pixels that may differ. */
const TOLERATED = 0.02;
/** 0 to 1: how far two pixels may be apart in colour (YIQ) and still count as equal. */
const COLOUR_TOLERANCE = 0.2;
/** Of tiles this large, this share may have a mean that is further off than this, of 255, in any channel. */
const TILE_PX = 16;
const TILES_TOLERATED = 0.004;
const MEAN_TOLERANCE = 20;
/** References are kept at this width at most: they are for layout and colour, not for reading. */
const WIDEST = 720;
/** Colours in steps: small files, and well below what counts as a difference. */
const COLOUR_STEP = 8;

export interface Comparison {
  readonly name: string;
  /** NaN: the sizes differ. */
  readonly differing: number;
  /** Share of tiles of another mean colour. */
  readonly tiles: number;
  readonly agrees: boolean;
}

/** `part`: only what this selector matches. */
export async function compare(page: Page, name: string, part?: string): Promise<Comparison> {
  const what = part === undefined ? page : page.locator(part).first();
  const taken = await what.screenshot({ animations: 'disabled', caret: 'hide' });
  mkdirSync(ARTEFACTS, { recursive: true });
  writeFileSync(join(ARTEFACTS, `${name}.png`), taken);
  const actual = shrunk(PNG.sync.read(taken));
  const file = join(REFERENCES, `${name}.png`);
  if (process.env['MEMWARDEN_UPDATE_PICTURES'] === '1')
    writeFileSync(file, PNG.sync.write(actual, { colorType: 2, deflateLevel: 9 }));
  if (!existsSync(file)) return { name, differing: NaN, tiles: NaN, agrees: false };
  return compared(name, actual, PNG.sync.read(readFileSync(file)));
}

function compared(name: string, actual: PNG, reference: PNG): Comparison {
  const { width, height } = actual;
  if (width !== reference.width || height !== reference.height)
    return { name, differing: NaN, tiles: NaN, agrees: false };
  const difference = new PNG({ width, height });
  const pixels = pixelmatch(actual.data, reference.data, difference.data, width, height, {
    threshold: COLOUR_TOLERANCE,
  });
  const differing = pixels / (width * height);
  const tiles = differingTiles(actual, reference);
  const agrees = differing <= TOLERATED && tiles <= TILES_TOLERATED;
  if (!agrees) writeFileSync(join(ARTEFACTS, `${name}.difference.png`), PNG.sync.write(difference));
  return { name, differing, tiles, agrees };
}

function differingTiles(actual: PNG, reference: PNG): number {
  const across = Math.floor(actual.width / TILE_PX);
  const down = Math.floor(actual.height / TILE_PX);
  const tiles = Array.from({ length: across * down }, (_, at) => ({
    x: (at % across) * TILE_PX,
    y: Math.floor(at / across) * TILE_PX,
    by: TILE_PX,
  }));
  const differs = tiles.filter((tile) =>
    [0, 1, 2].some((channel) => {
      const box = { ...tile, channel };
      return Math.abs(average(actual, box) - average(reference, box)) > MEAN_TOLERANCE;
    }),
  );
  return differs.length / tiles.length;
}

/** Whole-number box average: the same on every machine. */
function shrunk(picture: PNG): PNG {
  const by = Math.ceil(picture.width / WIDEST);
  const width = Math.floor(picture.width / by);
  const height = Math.floor(picture.height / by);
  const small = new PNG({ width, height });
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < 4; channel += 1)
        small.data[(y * width + x) * 4 + channel] = average(picture, { x: x * by, y: y * by, by, channel });
  return small;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly by: number;
  readonly channel: number;
}

function average(picture: PNG, box: Box): number {
  let sum = 0;
  for (let dy = 0; dy < box.by; dy += 1)
    for (let dx = 0; dx < box.by; dx += 1)
      sum += picture.data[((box.y + dy) * picture.width + box.x + dx) * 4 + box.channel] ?? 0;
  return Math.min(255, Math.round(sum / (box.by * box.by) / COLOUR_STEP) * COLOUR_STEP);
}
