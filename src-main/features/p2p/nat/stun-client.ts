/** Asks nodes of this network over UDP how they see one and the same socket: the answers tell what the NAT is like. */
import { createSocket } from 'node:dgram';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import { BINDING_REQUEST, BINDING_SUCCESS, COOKIE, HEADER_BYTES, XOR_MAPPED_ADDRESS } from './stun.ts';

/** Requests go out this often: single packets get lost. */
const TRIES = 3;
const TRY_MS = 700;
const TRANSACTION_BYTES = 12;

export function bindingRequest(transaction: Uint8Array): Buffer {
  const request = Buffer.alloc(HEADER_BYTES);
  request.writeUInt16BE(BINDING_REQUEST, 0);
  request.writeUInt32BE(COOKIE, 4);
  request.set(transaction, 8);
  return request;
}

/** `host:port` that an answer to this very request names (IPv4); undefined where it is no such answer. */
export function mappedAddress(response: Buffer, transaction: Uint8Array): string | undefined {
  if (response.length < HEADER_BYTES + 12 || response.readUInt16BE(0) !== BINDING_SUCCESS) return undefined;
  if (response.readUInt32BE(4) !== COOKIE || !response.subarray(8, HEADER_BYTES).equals(transaction))
    return undefined;
  const at = HEADER_BYTES;
  if (response.readUInt16BE(at) !== XOR_MAPPED_ADDRESS || response.readUInt8(at + 5) !== 1) return undefined;
  const host = [0, 1, 2, 3].map((i) => response.readUInt8(at + 8 + i) ^ response.readUInt8(4 + i)).join('.');
  return `${host}:${response.readUInt16BE(at + 6) ^ (COOKIE >>> 16)}`;
}

/**
 * @param servers `host:port` with IPv4 addresses; others are left out.
 * @returns how many were asked, and what each that answered has seen.
 */
export async function askStun(
  { clock, random }: { clock: Clock; random: Random },
  servers: readonly string[],
  signal: AbortSignal,
): Promise<{ asked: number; seen: string[] }> {
  const wanted = servers.filter((server) => /^\d+(\.\d+){3}:\d+$/.test(server));
  if (wanted.length === 0) return { asked: 0, seen: [] };
  const transaction = random.bytes(TRANSACTION_BYTES);
  const seen = new Map<string, string>();
  const socket = createSocket('udp4');
  // A network that refuses to send answers as one that loses everything: with silence.
  socket.on('error', () => undefined);
  socket.on('message', (response, { address, port }) => {
    const mapped = mappedAddress(response, transaction);
    if (mapped && wanted.includes(`${address}:${port}`)) seen.set(`${address}:${port}`, mapped);
  });
  try {
    for (let tries = 0; tries < TRIES && seen.size < wanted.length; tries++) {
      for (const server of wanted) {
        const [host, port] = server.split(':');
        if (!seen.has(server)) socket.send(bindingRequest(transaction), Number(port), host);
      }
      await sleep(clock, TRY_MS, signal);
    }
    return { asked: wanted.length, seen: [...seen.values()] };
  } finally {
    socket.close();
  }
}
