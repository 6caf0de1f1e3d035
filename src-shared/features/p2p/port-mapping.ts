/**
 * What is said to a router that maps ports: NAT-PMP (RFC 6886) and its successor PCP (RFC 6887, MAP alone). Both live on
 * the same UDP port, and each answers the other's packets with "unsupported version". Pure: bytes in, meaning out.
 */
import { z } from 'zod';

export const mappingProtocolSchema = z.enum(['pcp', 'nat-pmp', 'upnp']);
export type MappingProtocol = z.output<typeof mappingProtocolSchema>;

/**
 * - `off`: not wanted. `asking`: no router has answered yet.
 * - `mapped`: the port is open under `address`. `double`: it is, but the router has no address of the internet itself.
 * - `refused`: a router answered and would not. `silent`: none answered at all.
 */
export type MappingState =
  | { state: 'off' | 'asking' | 'silent' }
  | { state: 'refused'; by: MappingProtocol; reason: string }
  | { state: 'mapped' | 'double'; by: MappingProtocol; address: string; port: number };

/** UDP port of both protocols at the router. */
export const PMP_PORT = 5351;
/** RFC 6887, 7: no packet is longer. */
export const MAX_PCP_BYTES = 1100;
export const NONCE_BYTES = 12;
const PCP_HEADER = 24;
const PCP_MAP_BYTES = PCP_HEADER + 36;
const TCP = 6;
const PMP_MAP_TCP = 2;
const RESPONSE = 0x80;

/** One TCP port to be reached from outside. A lifetime of 0 seconds ends it. */
export interface MapRequest {
  internalPort: number;
  /** What is wished for outside, or was given before. */
  externalPort: number;
  lifetimeS: number;
}

export interface PcpRequest extends MapRequest {
  /** 12 bytes; the same in renewals and at the end: it proves that the mapping is the asker's. */
  nonce: Uint8Array;
  /** The asker's IPv4 address as it stands in the packet's header. */
  client: string;
}

/** What a router granted. `epochS` counts since it began: one that falls back tells that the router forgot everything. */
export interface Granted {
  internalPort: number;
  externalPort: number;
  lifetimeS: number;
  epochS: number;
}

/** `code` is the protocol's own result; 0 never stands here. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; code: number };

/** Asks for the router's address outside. */
export const pmpAddressRequest = (): Uint8Array => Uint8Array.of(0, 0);

export function pmpMapRequest({ externalPort, internalPort, lifetimeS }: MapRequest): Uint8Array {
  const request = new DataView(new ArrayBuffer(12));
  request.setUint8(1, PMP_MAP_TCP);
  request.setUint16(4, internalPort);
  // The end of a mapping names no port outside (RFC 6886, 3.4).
  request.setUint16(6, lifetimeS === 0 ? 0 : externalPort);
  request.setUint32(8, lifetimeS);
  return new Uint8Array(request.buffer);
}

/** The router's IPv4 address outside; undefined where these bytes are no answer to that question. */
export function readPmpAddress(bytes: Uint8Array): Answer<{ address: string; epochS: number }> | undefined {
  const failed = pmpFailure(bytes, 0);
  if (failed) return failed;
  if (bytes.length !== 12 || !isPmpResponse(bytes, 0)) return undefined;
  return {
    ok: true,
    value: { address: [...bytes.subarray(8, 12)].join('.'), epochS: viewOf(bytes).getUint32(4) },
  };
}

/** What was granted; undefined where these bytes are no answer to a request for a TCP port. */
export function readPmpMap(bytes: Uint8Array): Answer<Granted> | undefined {
  const failed = pmpFailure(bytes, PMP_MAP_TCP);
  if (failed) return failed;
  if (bytes.length !== 16 || !isPmpResponse(bytes, PMP_MAP_TCP)) return undefined;
  const view = viewOf(bytes);
  return {
    ok: true,
    value: {
      epochS: view.getUint32(4),
      internalPort: view.getUint16(8),
      externalPort: view.getUint16(10),
      lifetimeS: view.getUint32(12),
    },
  };
}

const isPmpResponse = (bytes: Uint8Array, operation: number): boolean =>
  bytes[0] === 0 && bytes[1] === (RESPONSE | operation);

/** Refusals may be cut short after their epoch; a router of PCP alone refuses with the first four bytes. */
function pmpFailure(bytes: Uint8Array, operation: number): { ok: false; code: number } | undefined {
  if (bytes.length < 4 || !isPmpResponse(bytes, operation)) return undefined;
  const code = viewOf(bytes).getUint16(2);
  return code === 0 ? undefined : { ok: false, code };
}

export function pcpMapRequest(wanted: PcpRequest): Uint8Array {
  const bytes = new Uint8Array(PCP_MAP_BYTES);
  const request = viewOf(bytes);
  request.setUint8(0, 2);
  request.setUint8(1, 1);
  request.setUint32(4, wanted.lifetimeS);
  bytes.set(mappedIp4(wanted.client), 8);
  bytes.set(wanted.nonce, PCP_HEADER);
  request.setUint8(36, TCP);
  request.setUint16(40, wanted.internalPort);
  request.setUint16(42, wanted.externalPort);
  bytes.set(mappedIp4('0.0.0.0'), 44);
  return bytes;
}

/** What was granted, and the IPv4 address outside; undefined where these bytes are no answer to this very request. */
export function readPcpMap(
  bytes: Uint8Array,
  asked: Pick<PcpRequest, 'nonce' | 'internalPort'>,
): Answer<Granted & { address: string }> | undefined {
  if (bytes.length < PCP_HEADER || bytes.length > MAX_PCP_BYTES || bytes.length % 4 !== 0) return undefined;
  const view = viewOf(bytes);
  const code = view.getUint8(3);
  // One that knows no PCP says so in a header of its own version.
  if (bytes[0] !== 2 || bytes[1] !== (RESPONSE | 1)) return undefined;
  if (bytes.length < PCP_MAP_BYTES) return code === 0 ? undefined : { ok: false, code };
  const isMine =
    asked.nonce.every((byte, i) => byte === bytes[PCP_HEADER + i]) &&
    view.getUint16(40) === asked.internalPort;
  if (!isMine || view.getUint8(36) !== TCP) return undefined;
  if (code !== 0) return { ok: false, code };
  const address = ip4In(bytes.subarray(44, 60));
  if (address === undefined) return undefined;
  return {
    ok: true,
    value: {
      address,
      lifetimeS: view.getUint32(4),
      epochS: view.getUint32(8),
      internalPort: view.getUint16(40),
      externalPort: view.getUint16(42),
    },
  };
}

/** Whether a router of NAT-PMP says that it knows no PCP (version 0 in the answer). */
export const isUnsupportedVersion = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 &&
  bytes[0] === 0 &&
  ((bytes[1] ?? 0) & RESPONSE) !== 0 &&
  viewOf(bytes).getUint16(2) === 1;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** `::ffff:a.b.c.d` in 16 bytes. */
const mappedIp4 = (ip: string): Uint8Array =>
  Uint8Array.from([...Array<number>(10).fill(0), 0xff, 0xff, ...ip.split('.').map(Number)]);

function ip4In(bytes: Uint8Array): string | undefined {
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? [...bytes.subarray(12)].join('.') : undefined;
}
