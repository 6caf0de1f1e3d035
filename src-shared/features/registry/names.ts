/**
 * Names in the MCP catalog. Clients accept `^[a-zA-Z0-9_-]{1,64}$` and put a prefix of their own in front, so a name
 * has at most 40 characters. Names are given first come and never change: `server_tool`, or where that is too long,
 * not representable, taken or the name of a tool for finding tools, its first 31 characters, `_` and 8 base32 characters of SHA-256(id).
 */
import { isMetaTool } from '../clients/budget.ts';
import { toBase32, utf8 } from '../../kernel/bytes.ts';
import { sha256Bytes } from '../../kernel/canonical.ts';

export const MAX_CATALOG_NAME = 40;
const PLAIN = /^[a-zA-Z0-9_-]{1,40}$/;

/** @param id stable id of what is named, `provider/server/tool`. */
export function catalogNameFor(
  server: string,
  tool: string,
  id: string,
  isTaken: (name: string) => boolean,
): string {
  const plain = `${server}_${tool}`;
  if (PLAIN.test(plain) && !isTaken(plain) && !isMetaTool(plain)) return plain;
  const stem = plain.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 31);
  return `${stem}_${toBase32(sha256Bytes(utf8(id))).slice(0, 8)}`;
}
