/**
 * Text that may be handed to a stranger: besides secrets (`redact.ts`), nothing that tells who or where somebody is. The
 * same id always gets the same stand-in within one mask, so that a helper can still tell who is who.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { redact, redactText } from './redact.ts';

export interface Surroundings {
  /** The home folder. */
  home: string;
  user: string;
  host: string;
  /** What the operator and others call themselves, and whatever else must not be in there. */
  names: readonly string[];
}

export interface Mask {
  /** One line, or one text of a few lines; long ones are cut. */
  text(text: string): string;
  /** A copy of a JSON value with all of its texts masked, names of members included. */
  value(value: unknown): unknown;
}

/** Names shorter than this are words of any language. */
const MIN_NAME = 3;
/** Accounts and machines whose names tell nothing. */
const COMMON_NAMES = new Set(['root', 'user', 'admin', 'node', 'runner', 'home', 'localhost']);
/** As many words of the list of recovery phrases in a row are no sentence. */
const PHRASE_WORDS = 6;
const PHRASE_LIST: ReadonlySet<string> = new Set(wordlist);
const MAX_DEPTH = 12;

/** Forms of secrets that are not our own. */
const SECRETS: ReadonlyArray<[RegExp, string]> = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, '<key>'],
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '<token>'],
  [/\b(?:sk|pk|rk|gh[opsur]|glpat|xox[abposr]|hf|npm|AKIA|ASIA)[-_]?[A-Za-z0-9_-]{12,}/g, '<token>'],
  [
    /((?:token|secret|pass(?:word|phrase)?|api[-_]?key|authorization)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
    '$1<secret>',
  ],
];
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const URL_TEXT = /\b(https?|wss?):\/\/([^\s/"'<>?#]+)([^\s"'<>]*)/g;
/** A home folder, anybody's, and what lies below. */
const BELOW_HOME =
  /(?:(?:\/home|\/Users|(?:[A-Za-z]:)?\\{1,2}Users)[/\\]+[^/\\"':<>|\n]+|~)((?:[/\\]+[^/\\\s"':<>|]+)*)/g;
/** Names of files that programs give, not people. */
const PROGRAM_FILE = /[\w.-]+\.(?:[cm]?[jt]sx?|node|db|log|sock)$/;
const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g;
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}:[0-9a-f:.]*:[0-9a-f:.]*(?![\w:])/gi;
const PROVIDER = /\bz6Mk[1-9A-HJ-NP-Za-km-z]{40,}/g;
const PEER = /\b(?:12D3KooW|16Uiu2HA|Qm)[1-9A-HJ-NP-Za-km-z]{40,}/g;
const LONG_RUN = /[A-Za-z0-9+=_-]{28,}/g;
const WORDS_IN_A_ROW = /[a-z]{3,8}(?:[^a-z]{1,6}[a-z]{3,8})+/g;

export function createMask({ home, host, names, user }: Surroundings): Mask {
  const standIn = createStandIns();
  const known = [...new Set([user, host, ...names])]
    .map((name) => name.trim())
    .filter((name) => name.length >= MIN_NAME && !COMMON_NAMES.has(name.toLowerCase()))
    .sort((a, b) => b.length - a.length)
    .map((name) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu'));

  function text(given: string): string {
    // Where a long text was cut, half a secret would no longer look like one.
    let masked = hidePhrases(redactText(given).replace(/\S*…$/, '…'));
    for (const [pattern, replacement] of SECRETS) masked = masked.replace(pattern, replacement);
    masked = masked
      .replace(PROVIDER, (id) => standIn('provider', id))
      .replace(PEER, (id) => standIn('peer', id));
    if (home.length > 1) masked = masked.replaceAll(home, '~');
    masked = masked
      .replace(BELOW_HOME, maskPath)
      .replace(EMAIL, '<e-mail>')
      .replace(URL_TEXT, maskUrl)
      .replace(IPV4, maskAddress)
      .replace(IPV6, maskAddress);
    for (const pattern of known) masked = masked.replace(pattern, '<name>');
    return masked.replace(LONG_RUN, (run) => (isRandom(run) ? `<${run.length} characters>` : run));
  }

  function value(given: unknown, depth = 0): unknown {
    if (typeof given === 'string') return text(given);
    if (given === null || typeof given !== 'object') return given;
    if (depth > MAX_DEPTH) return '…';
    if (Array.isArray(given))
      return isPhrase(given) ? `<${given.length} words>` : given.map((item) => value(item, depth + 1));
    const entries = Object.entries(given).map(([key, item]) => [text(key), value(item, depth + 1)]);
    return Object.fromEntries(entries);
  }

  return { text, value: (given) => value(redact(given)) };
}

/** `<peer 2>`: the second peer that came up. */
function createStandIns() {
  const numbers = new Map<string, Map<string, number>>();
  return (kind: string, id: string): string => {
    const ofKind = numbers.get(kind) ?? new Map<string, number>();
    numbers.set(kind, ofKind);
    const number = ofKind.get(id) ?? ofKind.size + 1;
    ofKind.set(id, number);
    return `<${kind} ${number}>`;
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function maskPath(_: string, below: string): string {
  if (below === '') return '~';
  const file = PROGRAM_FILE.exec(below)?.[0];
  return file ? `~/…/${file}` : '~/…';
}

/** The server may matter, paths and queries are where ids and keys stand. */
const maskUrl = (_: string, scheme: string, server: string, rest: string): string =>
  `${scheme}://${server.replace(/^.*@/, '')}${rest.length <= 1 ? rest : '/…'}`;

/** Whether an address is of this machine or of the house is worth knowing; which one it is, is not. */
function maskAddress(address: string): string {
  if (!isIPv4(address) && !isIPv6(address)) return address;
  if (/^(127\.|0\.0\.0\.0$|::1?$)/.test(address)) return address;
  const isPrivate = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd]|fe80:)/i.test(address);
  return isPrivate ? '<private address>' : '<public address>';
}

const hidePhrases = (text: string): string =>
  text.replace(WORDS_IN_A_ROW, (run) => {
    const words = run.match(/[a-z]{3,8}/g) ?? [];
    const listed = longestListed(words);
    return listed >= PHRASE_WORDS ? `<${words.length} words>` : run;
  });

function longestListed(words: readonly string[]): number {
  let longest = 0;
  let run = 0;
  for (const word of words) {
    run = PHRASE_LIST.has(word) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

const isPhrase = (items: readonly unknown[]): boolean =>
  items.length >= PHRASE_WORDS && items.every((item) => typeof item === 'string' && PHRASE_LIST.has(item));

/** Names of functions and files are long, too; what has digits among its letters, or changes case without end, is no name. */
function isRandom(run: string): boolean {
  const digits = run.match(/\d/g)?.length ?? 0;
  const letters = run.match(/[A-Za-z]/g)?.length ?? 0;
  if (digits >= 3 && letters >= 3) return true;
  return digits === run.length || (run.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0) >= 10;
}
