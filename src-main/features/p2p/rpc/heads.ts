/**
 * The head of a request, by major version of the calls protocol. Version 1: `u32 timeoutMs | u8 n | n bytes of the
 * protocol's name`. Version 2, which no release offers yet, has a `u16 n`: names may be longer than 255 bytes.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import { readU32, writeU32 } from './frames.ts';

export interface RequestHeads {
  /** Longest name of a protocol. */
  readonly maxName: number;
  write(protocol: string, timeoutMs: number): Uint8Array;
  /** `end`: where the request itself begins. Throws `p2p.malformed` where the head is cut. */
  read(payload: Uint8Array): { timeoutMs: number; protocol: string; end: number };
}

/** Names of protocols in version 2; a request's first frame has room for them. */
const MAX_LONG_NAME = 1024;

/** Heads of links of this major. Reading keeps the last name, so each link has its own. */
export function createRequestHeads(version: number): RequestHeads {
  const lengthBytes = version === 1 ? 1 : 2;
  const nameAt = 4 + lengthBytes;
  const maxName = version === 1 ? 255 : MAX_LONG_NAME;
  const readName = createNameReader(nameAt);
  return {
    maxName,
    write(protocol, timeoutMs) {
      const name = Buffer.from(protocol, 'latin1');
      const head = new Uint8Array(nameAt + name.length);
      writeU32(head, 0, timeoutMs);
      if (lengthBytes === 2) head[4] = name.length >>> 8;
      head[nameAt - 1] = name.length & 0xff;
      head.set(name, nameAt);
      return head;
    },
    read(payload) {
      const high = lengthBytes === 2 ? (payload[4] ?? 0) << 8 : 0;
      const length = high | (payload[nameAt - 1] ?? 0);
      const end = nameAt + length;
      if (payload.length < end || length > maxName)
        throw p2pError('p2p.malformed', { message: 'The peer sent half a request.' });
      return { timeoutMs: readU32(payload, 0), protocol: readName(payload, end), end };
    },
  };
}

/** Calls come in runs: the last name is compared before it is decoded. */
function createNameReader(nameAt: number): (payload: Uint8Array, end: number) => string {
  let bytes = new Uint8Array(0);
  let name = '';
  const isSame = (payload: Uint8Array, end: number): boolean => {
    if (end - nameAt !== bytes.length) return false;
    for (let at = nameAt; at < end; at++) if (payload[at] !== bytes[at - nameAt]) return false;
    return true;
  };
  return (payload, end) => {
    if (isSame(payload, end)) return name;
    bytes = payload.slice(nameAt, end);
    name = String.fromCharCode(...bytes);
    return name;
  };
}
