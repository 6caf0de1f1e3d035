/**
 * An invitation small enough for a picture that cameras read: the same signed bytes, without what every invitation says
 * alike or twice. Written in the 41 capitals, digits and signs that QR codes store in eleven bits for two and that
 * links carry as they are: `TOOLSWARM://JOIN/:…`.
 *
 * The bytes are literals and copies, the copies from what was written before or from {@link PRESET}. First byte 1: the
 * version. Then runs: `0nnnnnnn` n + 1 literal bytes; `1nnnnnnn hi lo` (n < 127) a copy of n + 4 bytes from hi·256 + lo
 * bytes back; `11111111` and 32 bytes: a key, which joins the history for copies, and then its text as a provider id.
 */
import { utf8 } from '../../kernel/bytes.ts';
import { AppError } from '../../kernel/errors.ts';
import { isProviderId, providerIdOf, providerKeyOf } from '../../kernel/ids.ts';

export const SHORT_LINK = 'TOOLSWARM://JOIN/:';
const VERSION = 1;
/** A whole invitation is smaller (`MAX_INVITATION_TEXT` of text). */
const MAX_BYTES = 12 * 1024;
const MAX_LITERALS = 128;
const MIN_COPY = 4;
const MAX_COPY = 126 + MIN_COPY;
const KEY = 0xff;
const KEY_BYTES = 32;
/** Of a provider id. */
const ID_BYTES = 48;
const MAX_DISTANCE = 0xffff;

/** What invitations are made of, field names with the heads of their values. Frozen: another one is another version. */
const PRESET = latin1(
  '/ip6/2001:/ip6/fd00:/dns4//quic-v1/webrtc-direct/certhash//p2p-circuit/ip4/127.0.0.1/tcp/x\x18/ip4/192.168.1.w/ip4/10.0.0.' +
    '/tcp/7422X frotations\x81X ckeyX dnamehgnetwork\xa2ckeyX fissued\x1b\x00\x00\x01fsecretPgexpires\x1b\x00\x00\x01\x00iaddresses\x82' +
    '\x84linvitation/1Y\x01\xa4dcertY\x01\x14\x84rnode-certificate/1X\x9a\xa6cseq\x01dnodeX elabelfhissuedAt\x1b\x00\x00\x01\x00hproviderx0' +
    'iexpiresAt\x1b\x00\x00\x01\x00X X@',
);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-:';
const BASE = ALPHABET.length;

/** The link of an envelope's bytes. */
export const shortLinkOf = (envelope: Uint8Array): string => SHORT_LINK + toText(pack(envelope));

/** Whether a text without its scheme is of this form. */
export const isShortCode = (code: string): boolean => code.startsWith(':');

/** The envelope's bytes behind `:…`. Throws `kernel.malformed`. */
export function readShortCode(code: string): Uint8Array {
  return unpack(fromText(code.slice(1)));
}

function pack(bytes: Uint8Array): Uint8Array {
  const out: number[] = [VERSION];
  const history = [...PRESET];
  let literals: number[] = [];
  const flush = () => {
    if (literals.length > 0) out.push(literals.length - 1, ...literals);
    literals = [];
  };
  for (let at = 0; at < bytes.length; ) {
    const key = providerKeyAt(bytes, at);
    const { distance, length } = key ? { distance: 0, length: ID_BYTES } : longestCopy(history, bytes, at);
    if (length < MIN_COPY) {
      literals.push(bytes[at] ?? 0);
      if (literals.length === MAX_LITERALS) flush();
    } else {
      flush();
      if (key) history.push(...key);
      out.push(...(key ? [KEY, ...key] : [0x80 | (length - MIN_COPY), distance >> 8, distance & 0xff]));
    }
    const step = Math.max(1, length < MIN_COPY ? 1 : length);
    history.push(...bytes.subarray(at, at + step));
    at += step;
  }
  flush();
  return Uint8Array.from(out);
}

/** The key behind a provider id that is written at this place. */
function providerKeyAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
  if (bytes[at] !== 0x7a || bytes[at + 1] !== 0x36 || at + ID_BYTES > bytes.length) return undefined;
  const text = String.fromCharCode(...bytes.subarray(at, at + ID_BYTES));
  return isProviderId(text) ? providerKeyOf(text) : undefined;
}

/** Quadratic, over a few hundred bytes of our own. */
function longestCopy(history: readonly number[], bytes: Uint8Array, at: number) {
  let best = { distance: 0, length: 0 };
  for (let start = Math.max(0, history.length - MAX_DISTANCE); start < history.length; start++) {
    let length = 0;
    while (
      length < MAX_COPY &&
      start + length < history.length &&
      at + length < bytes.length &&
      history[start + length] === bytes[at + length]
    )
      length++;
    if (length > best.length) best = { distance: history.length - start, length };
  }
  return best;
}

function unpack(packed: Uint8Array): Uint8Array {
  if (packed[0] !== VERSION) throw malformed();
  const history = [...PRESET];
  const out: number[] = [];
  const take = (from: number, length: number) => {
    if (from + length > packed.length) throw malformed();
    return packed.subarray(from, from + length);
  };
  for (let at = 1; at < packed.length; ) {
    const token = packed[at++] ?? 0;
    let piece: Iterable<number>;
    if (token < 0x80) {
      piece = take(at, token + 1);
      at += token + 1;
    } else if (token === KEY) {
      const key = take(at, KEY_BYTES);
      history.push(...key);
      piece = utf8(providerIdOf(key));
      at += KEY_BYTES;
    } else {
      const [high = 0, low = 0] = take(at, 2);
      piece = copyOf(history, (high << 8) | low, (token & 0x7f) + MIN_COPY);
      at += 2;
    }
    out.push(...piece);
    history.push(...piece);
    if (out.length > MAX_BYTES) throw malformed();
  }
  return Uint8Array.from(out);
}

function copyOf(history: readonly number[], distance: number, length: number): number[] {
  const start = history.length - distance;
  if (start < 0 || length > distance) throw malformed();
  return history.slice(start, start + length);
}

/** Two bytes in three characters, a last single one in two. */
function toText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let value = pair ? ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
    for (let left = pair ? 3 : 2; left > 0; left--) {
      text += ALPHABET.charAt(value % BASE);
      value = Math.floor(value / BASE);
    }
  }
  return text;
}

function fromText(text: string): Uint8Array {
  if (text.length % 3 === 1 || text.length > 2 * MAX_BYTES) throw malformed();
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = Array.from(text.slice(at, at + 3), (character) => ALPHABET.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * BASE + digit, 0);
    const isPair = digits.length === 3;
    if (digits.includes(-1) || value > (isPair ? 0xffff : 0xff)) throw malformed();
    bytes.push(...(isPair ? [value >> 8, value & 0xff] : [value]));
  }
  return Uint8Array.from(bytes);
}

const malformed = (): AppError =>
  new AppError('kernel.malformed', 'This short code makes no sense.', {
    advice: 'Copy the whole code; it may have been cut off on its way.',
  });

/** One byte for each character. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
