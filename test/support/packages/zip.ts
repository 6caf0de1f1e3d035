/** Writes ZIP files by hand, so that each part of one can lie. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string | Buffer;
  data?: Buffer;
  /** Unix mode; default a regular file. */
  mode?: number;
  flags?: number;
  method?: number;
  /** What the central directory says, where it differs. */
  size?: number;
  crc?: number;
  /** Name in the local header, where it differs. */
  localName?: string;
  /** Points at another part's data instead of its own. */
  at?: number;
  extra?: Buffer;
}

export interface ZipWish {
  comment?: string;
  prefix?: Buffer;
  /** Between the last file and the list. */
  gap?: Buffer;
  suffix?: Buffer;
}

const u16 = (value: number) => Buffer.from([value & 255, (value >>> 8) & 255]);
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);

export function zipOf(parts: readonly ZipPart[], wish: ZipWish = {}): Buffer {
  const chunks: Buffer[] = [wish.prefix ?? Buffer.alloc(0)];
  const central: Buffer[] = [];
  let at = chunks[0]?.length ?? 0;
  for (const part of parts) {
    const data = part.data ?? Buffer.from('content');
    const method = part.method ?? 8;
    const packed = method === 8 ? deflateRawSync(data) : data;
    const name = Buffer.from(part.name as string);
    const local = part.localName === undefined ? name : Buffer.from(part.localName);
    const flags = part.flags ?? 0x800;
    const crc = part.crc ?? crc32(data);
    const size = part.size ?? data.length;
    const common = (nameLength: number, extra: Buffer) =>
      Buffer.concat([
        ...[u16(20), u16(flags), u16(method), u16(0), u16(33)],
        ...[u32(crc), u32(packed.length), u32(size), u16(nameLength), u16(extra.length)],
      ]);
    const header = Buffer.concat([u32(0x04034b50), common(local.length, Buffer.alloc(0)), local]);
    const extra = part.extra ?? Buffer.alloc(0);
    central.push(
      Buffer.concat([
        ...[u32(0x02014b50), u16((3 << 8) | 20), common(name.length, extra)],
        ...[
          u16(0),
          u16(0),
          u16(0),
          u32(((part.mode ?? 0o100644) << 16) >>> 0),
          u32(part.at ?? at),
          name,
          extra,
        ],
      ]),
    );
    if (part.at !== undefined) continue;
    chunks.push(header, packed);
    at += header.length + packed.length;
  }
  chunks.push(wish.gap ?? Buffer.alloc(0));
  at += wish.gap?.length ?? 0;
  const list = Buffer.concat(central);
  const comment = Buffer.from(wish.comment ?? '');
  const end = Buffer.concat([
    ...[u32(0x06054b50), u16(0), u16(0), u16(parts.length), u16(parts.length)],
    ...[u32(list.length), u32(at), u16(comment.length), comment],
  ]);
  return Buffer.concat([...chunks, list, end, wish.suffix ?? Buffer.alloc(0)]);
}
