/** The icon files of Windows and macOS: containers of PNG images. Pure. */

/** Largest last: some readers take the first that fits. */
export const ICO_SIZES: readonly number[] = [16, 20, 24, 32, 40, 48, 64, 128, 256];

/** Entry types of macOS that hold a PNG, and its pixels. Those with a 2x twin are listed by what they hold. */
const ICNS_TYPES: ReadonlyArray<readonly [type: string, size: number]> = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
];
export const ICNS_SIZES: readonly number[] = [...new Set(ICNS_TYPES.map(([, size]) => size))];

const ICO_HEAD_BYTES = 6;
const ICO_ENTRY_BYTES = 16;

/** @param images PNG bytes by size in pixels; every one of {@link ICO_SIZES} is there. */
export function icoOf(images: ReadonlyMap<number, Buffer>): Buffer {
  const entries = ICO_SIZES.map((size) => ({ size, png: imageOf(images, size) }));
  const head = Buffer.alloc(ICO_HEAD_BYTES);
  head.writeUInt16LE(1, 2); // an icon, not a cursor
  head.writeUInt16LE(entries.length, 4);
  let offset = ICO_HEAD_BYTES + ICO_ENTRY_BYTES * entries.length;
  const directory = entries.map(({ size, png }) => {
    const entry = Buffer.alloc(ICO_ENTRY_BYTES);
    entry.writeUInt8(size % 256, 0); // 0 stands for 256
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([head, ...directory, ...entries.map(({ png }) => png)]);
}

/** @param images PNG bytes by size in pixels; every one of {@link ICNS_SIZES} is there. */
export function icnsOf(images: ReadonlyMap<number, Buffer>): Buffer {
  const entries = ICNS_TYPES.map(([type, size]) => chunk(type, imageOf(images, size)));
  return chunk('icns', Buffer.concat(entries));
}

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(head.length + body.length, 4);
  return Buffer.concat([head, body]);
}

function imageOf(images: ReadonlyMap<number, Buffer>, size: number): Buffer {
  const png = images.get(size);
  if (!png) throw new Error(`there is no image of ${size} pixels`);
  return png;
}
