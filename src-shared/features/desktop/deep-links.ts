/**
 * Links that other programs and web pages hand to the application: `toolswarm://join/<code>`, `toolswarm://add/<server>`
 * and `toolswarm:package/…`, which shows what it names. Anybody can write one, so nothing follows from a link but a question to the person.
 *
 * `<code>` is an invitation or the address of a peer, percent-encoded. `<server>` is JSON in base64url (a client's entry
 * such as `{"name": "files", "command": "npx", "args": ["…"]}`, or a `server.json`), or the percent-encoded https
 * address of a `server.json`. Pure.
 */
import { z } from 'zod';
import { fromBase64Url, fromUtf8 } from '../../kernel/bytes.ts';
import { isPackageLink, readPackageLink, writePackageLink } from '../packages/link.ts';
import { hasHidden } from '../registry/text.ts';
import { addressOfPlace } from './places.ts';
import { httpTransportSchema, stdioTransportSchema } from '../servers/config.ts';

export const DEEP_LINK_SCHEME = 'toolswarm';

/** Longer ones are refused unread; browsers and systems hand over a few KiB at most. */
export const MAX_DEEP_LINK = 24_576;
/** An invitation may be as long (`MAX_INVITATION_TEXT`). */
const MAX_CODE = 16_384;

/** How a server is reached or started, as a link says it. `env` are headers where it is reached by HTTP. */
export const linkedServerSchema = z.object({
  name: z.string().max(200).optional(),
  transport: z.discriminatedUnion('type', [stdioTransportSchema, httpTransportSchema]),
  env: z.record(z.string().min(1).max(256), z.string().max(8192)),
});
export type LinkedServer = z.output<typeof linkedServerSchema>;

export const deepLinkSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), code: z.string() }),
  /** A place of the interface, as `addressOfPlace` reads it. */
  z.object({ kind: z.literal('show'), path: z.string() }),
  z.object({ kind: z.literal('add'), server: linkedServerSchema }),
  /** The text of a `server.json`. */
  z.object({ kind: z.literal('describe'), text: z.string() }),
  /** Where a `server.json` is; asked only after the person agreed. */
  z.object({ kind: z.literal('fetch'), url: z.string() }),
]);
export type DeepLink = z.output<typeof deepLinkSchema>;

/** Why a link is refused; the interface has a sentence for each. */
export const deepLinkProblemSchema = z.enum([
  'too_long',
  'unknown',
  'bad_code',
  'bad_encoding',
  'bad_json',
  'bad_server',
  'bad_address',
  'bad_package',
  'hidden_characters',
  'placeholders',
]);
export type DeepLinkProblem = z.output<typeof deepLinkProblemSchema>;

export type ParsedLink = { ok: true; link: DeepLink } | { ok: false; reason: DeepLinkProblem };

const refuse = (reason: DeepLinkProblem): ParsedLink => ({ ok: false, reason });
const accept = (link: DeepLink): ParsedLink => ({ ok: true, link });

export const isDeepLink = (text: string): boolean =>
  text.slice(0, DEEP_LINK_SCHEME.length + 1).toLowerCase() === `${DEEP_LINK_SCHEME}:`;

/** The first link among the arguments that a program was started with. */
export const deepLinkIn = (argv: readonly string[]): string | undefined => argv.find(isDeepLink);

/** Never throws, whatever the text is. */
export function parseDeepLink(text: string): ParsedLink {
  if (text.length > MAX_DEEP_LINK) return refuse('too_long');
  if (isPackageLink(text)) return readPackage(text);
  const [, action = '', rest] = /^toolswarm:\/\/([a-z]+)(?:\/([^?#]*))?$/i.exec(text) ?? [];
  const payload = rest === undefined ? undefined : decoded(rest.replace(/\/$/, ''));
  if (rest !== undefined && action.toLowerCase() === 'join') return readJoin(payload);
  if (rest !== undefined && action.toLowerCase() === 'add') return readAdd(payload);
  const path = addressOfPlace(`${action}/${(rest ?? '').replace(/\/$/, '')}`);
  if (path !== undefined && !hasHidden(path)) return accept({ kind: 'show', path });
  return refuse('unknown');
}

/** Written anew from what was understood, so that nothing else in it comes along. */
function readPackage(text: string): ParsedLink {
  if (hasHidden(text)) return refuse('hidden_characters');
  try {
    const link = writePackageLink(readPackageLink(text));
    return accept({ kind: 'show', path: `/packages/review/${encodeURIComponent(link)}` });
  } catch {
    return refuse('bad_package');
  }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // a broken escape: the caller says so in its own words
  }
}

/** Letters, digits and what addresses and codes are made of: no spaces, no quotes, no control characters. */
const CODE = /^[A-Za-z0-9._~:/@%+=$*-]+$/;

function readJoin(code: string | undefined): ParsedLink {
  if (code === undefined || code.length > MAX_CODE || !CODE.test(code)) return refuse('bad_code');
  return accept({ kind: 'join', code });
}

function readAdd(payload: string | undefined): ParsedLink {
  if (payload === undefined || payload === '') return refuse('bad_encoding');
  if (hasHidden(payload)) return refuse('hidden_characters');
  if (/^[a-z][a-z0-9+.-]*:/i.test(payload)) return readAddress(payload);
  const text = textBehind(payload);
  if (text === undefined) return refuse('bad_encoding');
  if (hasHidden(text)) return refuse('hidden_characters');
  return readServer(text);
}

function readAddress(text: string): ParsedLink {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return refuse('bad_address');
  return accept({ kind: 'fetch', url: url.href });
}

function textBehind(payload: string): string | undefined {
  try {
    return fromUtf8(fromBase64Url(payload.replace(/=+$/, '')));
  } catch {
    return undefined; // not base64url, or not UTF-8
  }
}

function readServer(text: string): ParsedLink {
  const document = parsedJson(text);
  if (document === undefined) return refuse('bad_json');
  // A JSON escape can hide what the text does not show.
  if (stringsIn(document).some(hasHidden)) return refuse('hidden_characters');
  if (describesServer(document)) return accept({ kind: 'describe', text });
  const entry = entrySchema.safeParse(unwrapped(document));
  if (!entry.success) return refuse('bad_server');
  const server = linkedServerSchema.safeParse(serverOf(entry.data));
  if (!server.success) return refuse('bad_server');
  // `${NAME}` would be filled in from this machine's secrets.
  if (JSON.stringify(server.data).includes('${')) return refuse('placeholders');
  return accept({ kind: 'add', server: server.data });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // said as `bad_json`
  }
}

/** Every key and text of a document; without recursion, because strangers decide how deep it is. */
function stringsIn(document: unknown): string[] {
  const found: string[] = [];
  const waiting = [document];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') found.push(value);
    else if (Array.isArray(value)) waiting.push(...(value as unknown[]));
    else if (isPlain(value)) waiting.push(...Object.keys(value), ...Object.values(value));
  }
  return found;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a document is a `server.json`: named, with packages or remotes. */
export function describesServer(document: unknown): boolean {
  if (!isPlain(document)) return false;
  const server = isPlain(document['server']) ? document['server'] : document;
  return (
    typeof server['name'] === 'string' &&
    (Array.isArray(server['packages']) || Array.isArray(server['remotes']))
  );
}

/** The one entry of `{"mcpServers": {…}}`, as clients copy it; anything else as it is. */
function unwrapped(document: unknown): unknown {
  if (!isPlain(document) || !isPlain(document['mcpServers'])) return document;
  const [pair, ...others] = Object.entries(document['mcpServers']);
  if (!pair || others.length > 0 || !isPlain(pair[1])) return undefined;
  return { ...pair[1], name: pair[0] };
}

/** Unknown fields are refused: what a person is shown is all that the link says. */
const entrySchema = z.strictObject({
  name: z.string().optional(),
  type: z.enum(['stdio', 'http', 'streamable-http']).optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});
type Entry = z.output<typeof entrySchema>;

/** Not yet checked; an entry that is both or neither comes out without a transport. */
function serverOf({ name, command, args, cwd, env, url, headers }: Entry): unknown {
  const named = name === undefined ? {} : { name };
  if (command !== undefined && url === undefined && headers === undefined)
    return { ...named, transport: { type: 'stdio', command, args: args ?? [], cwd }, env: env ?? {} };
  const isHttp = command === undefined && args === undefined && cwd === undefined && env === undefined;
  if (url !== undefined && isHttp) return { ...named, transport: { type: 'http', url }, env: headers ?? {} };
  return undefined;
}
