/**
 * A small STUN responder (RFC 8489, binding requests alone): tells who asks under which address it is seen, so that two
 * nodes behind NATs can meet without the servers of third parties.
 *
 * It cannot be made to amplify: an answer to a request of 20 bytes has 32 (44 for IPv6), and each address, as well as
 * everybody together, gets only so many in a second. What is no binding request gets no answer at all.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';

export const COOKIE = 0x2112a442;
export const BINDING_REQUEST = 0x0001;
export const BINDING_SUCCESS = 0x0101;
export const XOR_MAPPED_ADDRESS = 0x0020;
export const HEADER_BYTES = 20;
/** Requests with attributes (software names, fingerprints) are larger than the header; none is larger than this. */
const MAX_REQUEST_BYTES = 548;

/** Answers a second to one address: a connection asks a handful of times. */
export const ANSWERS_PER_ADDRESS = 20;
/** Answers a second to all: 14 KiB of traffic at most. */
export const ANSWERS_PER_SECOND = 300;
const WINDOW_MS = 1000;

/** The success response to a binding request; undefined where it is none. */
export function bindingResponse(
  request: Buffer,
  from: { address: string; port: number },
): Buffer | undefined {
  if (!isBindingRequest(request)) return undefined;
  const transaction = request.subarray(4, HEADER_BYTES);
  const address = addressBytes(from.address);
  if (!address) return undefined;
  const response = Buffer.alloc(HEADER_BYTES + 8 + address.length);
  response.writeUInt16BE(BINDING_SUCCESS, 0);
  response.writeUInt16BE(8 + address.length, 2);
  transaction.copy(response, 4);
  response.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER_BYTES);
  response.writeUInt16BE(4 + address.length, HEADER_BYTES + 2);
  response.writeUInt8(address.length === 4 ? 1 : 2, HEADER_BYTES + 5);
  response.writeUInt16BE(from.port ^ (COOKIE >>> 16), HEADER_BYTES + 6);
  address.forEach((byte, i) => response.writeUInt8(byte ^ (transaction[i] as number), HEADER_BYTES + 8 + i));
  return response;
}

const isBindingRequest = (request: Buffer): boolean =>
  request.length >= HEADER_BYTES &&
  request.length <= MAX_REQUEST_BYTES &&
  request.readUInt16BE(0) === BINDING_REQUEST &&
  request.readUInt16BE(2) === request.length - HEADER_BYTES &&
  request.readUInt32BE(4) === COOKIE;

/** The 4 or 16 bytes of an address; sockets of both kinds write IPv4 as `::ffff:192.0.2.1`. */
function addressBytes(text: string): Uint8Array | undefined {
  const ip = text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIPv4(ip)) return Uint8Array.from(ip.split('.').map(Number));
  const [head = '', tail] = ip.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const missing = 8 - before.length - after.length;
  if (missing < 0 || (tail === undefined && missing !== 0)) return undefined;
  const all = [...before, ...Array<string>(missing).fill('0'), ...after].map((group) =>
    Number.parseInt(group, 16),
  );
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Says for each address whether it gets one more answer in this second. Holds no more addresses than answers. */
export function createAnswerLimit(now: () => number): (address: string) => boolean {
  const answered = new Map<string, number>();
  let windowAt = now();
  let total = 0;
  return (address) => {
    if (now() - windowAt >= WINDOW_MS) {
      answered.clear();
      total = 0;
      windowAt = now();
    }
    const count = answered.get(address) ?? 0;
    if (total >= ANSWERS_PER_SECOND || count >= ANSWERS_PER_ADDRESS) return false;
    answered.set(address, count + 1);
    total++;
    return true;
  };
}

export interface StunResponder extends Closeable {
  /** Ports on which it answers. */
  readonly ports: number[];
}

/** Answers on these UDP addresses; rejects where none of them can be had. */
export async function serveStun(
  { clock }: { clock: Clock },
  addresses: ReadonlyArray<{ host: string; port: number }>,
): Promise<StunResponder> {
  const mayAnswer = createAnswerLimit(clock.monotonic);
  const bound = await Promise.allSettled(addresses.map((address) => bind(address, mayAnswer)));
  const sockets = bound.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = bound.find((result) => result.status === 'rejected');
  if (sockets.length === 0 && failed) throw failed.reason;
  return {
    ports: sockets.map((socket) => socket.address().port),
    close: () => sockets.forEach((socket) => socket.close()),
  };
}

function bind(
  { host, port }: { host: string; port: number },
  mayAnswer: (address: string) => boolean,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const type = isIPv4(host) ? 'udp4' : 'udp6';
    const socket = createSocket({ type, ipv6Only: type === 'udp6' });
    socket.on('message', (request, from) => answer(socket, request, from, mayAnswer));
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      // An answer that cannot be sent is one that is not needed: UDP promises nothing.
      socket.on('error', () => undefined);
      socket.unref();
      resolve(socket);
    });
  });
}

function answer(
  socket: Socket,
  request: Buffer,
  from: RemoteInfo,
  mayAnswer: (address: string) => boolean,
): void {
  const response = bindingResponse(request, from);
  if (response && mayAnswer(from.address)) socket.send(response, from.port, from.address);
}
