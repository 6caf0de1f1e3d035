/** Tokens of AI clients: 256 random bits that are shown once, and kept as a hash. */
import { hash } from 'node:crypto';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Random } from '#shared/kernel/random.ts';

/** Recognised by the log's redaction and by secret scanners. */
export const TOKEN_PREFIX = 'tsw_';
const TOKEN = /^tsw_[A-Za-z0-9_-]{43}$/;

export const createToken = (random: Random): string => TOKEN_PREFIX + toBase64Url(random.bytes(32));

/** Lower-case hex SHA-256, or undefined for what cannot be a token. The token has 256 bits: it needs no slow hash. */
export const tokenHash = (token: string): string | undefined =>
  TOKEN.test(token) ? hash('sha256', token, 'hex') : undefined;
