/**
 * The code that a person types on a machine that is to become a node of his provider: sixteen characters, good for one
 * guest and some minutes. Fifteen of them are the secret (75 bits, Crockford's base 32), the last one guards against
 * slips. Who knows the secret proves it to the other without telling it, bound to both node keys, so that neither a node
 * in between nor one that collects proofs can join or take in a guest; what is looked up in the network is a hash of it.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, fromBase64Url, toBase64Url, utf8 } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId } from '../../kernel/ids.ts';
import type { Random } from '../../kernel/random.ts';
import { z } from 'zod';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_CHARACTERS = 15;
const LENGTH = SECRET_CHARACTERS + 1;
export const NODE_LINK = 'toolswarm://node/';
/** Addresses in a link. */
const MAX_ADDRESSES = 12;
const MAX_LINK = 8192;
/** Comparing them takes a glance: one guess in a million is right. */
const DIGITS = 6;

/** A read code. */
export interface JoinCode {
  /** As it is shown: `ABCD-EFGH-JKMN-PQRS`. */
  text: string;
  /** Where the node that wrote it can be reached, with its peer id; empty where the code was typed. */
  addresses: string[];
}

/** A fresh code. */
export function newJoinCode(random: Random): string {
  const characters = Array.from(random.bytes(SECRET_CHARACTERS), (byte) => ALPHABET.charAt(byte % 32)).join(
    '',
  );
  return grouped(characters + checkOf(characters));
}

/** The code with addresses, to be pasted, opened or photographed instead of typed. */
export const joinLink = (code: string, addresses: readonly string[]): string =>
  NODE_LINK + toBase64Url(encodeCbor({ c: tight(code), a: addresses.slice(0, MAX_ADDRESSES) }));

/** Reads what a person typed or pasted. Throws `fleet.bad_code`. */
export function readJoinCode(text: string): JoinCode {
  const given = text.trim();
  if (given.toLowerCase().startsWith(NODE_LINK)) return readLink(given.slice(NODE_LINK.length));
  return { text: grouped(checked(given)), addresses: [] };
}

const linkSchema = z.object({
  c: z.string().max(LENGTH),
  a: z.array(z.string().max(512).startsWith('/')).max(MAX_ADDRESSES),
});

function readLink(payload: string): JoinCode {
  try {
    if (payload.length > MAX_LINK) throw badCode();
    const link = linkSchema.parse(decodeCbor(fromBase64Url(payload.replace(/\/$/, ''))));
    return { text: grouped(checked(link.c)), addresses: link.a };
  } catch (cause) {
    throw cause instanceof AppError && cause.code === 'fleet.bad_code' ? cause : badCode(cause);
  }
}

/** Letters that look like digits are those digits; spaces and dashes are of no meaning. */
const tight = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[\s\u2010-\u2015-]+/g, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0');

function checked(text: string): string {
  const characters = tight(text);
  const known = Array.from(characters).every((character) => ALPHABET.includes(character));
  const secret = characters.slice(0, SECRET_CHARACTERS);
  if (characters.length !== LENGTH || !known || checkOf(secret) !== characters.at(-1)) throw badCode();
  return characters;
}

const checkOf = (secret: string): string =>
  ALPHABET.charAt((sha256(utf8(`toolswarm/fleet/check/1${secret}`))[0] ?? 0) % 32);

const grouped = (characters: string): string => characters.match(/.{4}/g)?.join('-') ?? characters;

function badCode(cause?: unknown): AppError {
  return new AppError('fleet.bad_code', 'This is not a code for a new node; a character may be wrong.', {
    advice: 'Compare it with what the other machine shows: sixteen letters and digits in groups of four.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The key under which the node that wrote the code is found in the distributed index; also names the code to it. 32 bytes. */
export const rendezvousOf = (code: string): Uint8Array => keyed(code, 'rendezvous');

/** What the guest and the host each say of themselves first; 32 bytes. */
export const guestProof = (code: string, guest: PeerId, host: PeerId): Uint8Array =>
  keyed(code, 'guest', guest, host);
export const hostProof = (code: string, guest: PeerId, host: PeerId): Uint8Array =>
  keyed(code, 'host', guest, host);
export const isProof = (given: Uint8Array, right: Uint8Array): boolean => equalBytes(given, right);

/** Digits that both sides show, for the person to compare: `123 456`. */
export function digitsOf(code: string, guest: PeerId, host: PeerId): string {
  const bytes = keyed(code, 'digits', guest, host);
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % 10 ** DIGITS;
  return String(number)
    .padStart(DIGITS, '0')
    .replace(/(\d{3})/, '$1 ');
}

const keyed = (code: string, ...words: string[]): Uint8Array =>
  hmac(
    sha256,
    utf8(checked(code).slice(0, SECRET_CHARACTERS)),
    concatBytes(utf8('toolswarm/fleet/1'), encodeCbor(words)),
  );
