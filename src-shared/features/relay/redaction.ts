/**
 * Values of secrets taken out of what leaves this node: wherever one stands, as it is, in base64 or as a part of an
 * address, `•••` stands instead. What a server changed otherwise, or splits over two messages, cannot be found.
 */
import type { JsonValue } from '../../kernel/canonical.ts';
import { toBase64Url, utf8 } from '../../kernel/bytes.ts';

export const HIDDEN = '•••';
/** Shorter values are too common to be found in a text without maiming it. */
export const MIN_SECRET_LENGTH = 6;
/** Secrets that are looked for; a node has far fewer. */
export const MAX_SECRETS = 2_000;

/** How a secret may be written, the longest first so that no part of one survives another. */
export function formsOf(secrets: Iterable<string>): readonly string[] {
  const forms = new Set<string>();
  for (const secret of [...new Set(secrets)].slice(0, MAX_SECRETS)) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    const base64Url = toBase64Url(utf8(secret.toWellFormed()));
    const base64 = base64Url.replaceAll('-', '+').replaceAll('_', '/');
    for (const form of [secret, encodeURIComponent(secret.toWellFormed()), base64, base64Url])
      forms.add(form);
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** Whether a JSON text may hold one: what is looked through first, since nearly every text holds none. */
export const mayHold = (json: string, forms: readonly string[]): boolean =>
  forms.some((form) => json.includes(escaped(form)));

/** As it stands inside a string of a JSON text. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

export interface Redacted<T> {
  value: T;
  /** How many were taken out. */
  count: number;
}

/** A copy without secrets, in strings, names of fields and numbers; the depth is that of what was parsed. */
export function withoutSecrets<T extends JsonValue>(value: T, forms: readonly string[]): Redacted<T> {
  const tally = { count: 0 };
  return { value: cleaned(value, forms, tally) as T, count: tally.count };
}

function cleaned(value: JsonValue, forms: readonly string[], tally: { count: number }): JsonValue {
  if (typeof value === 'string') return cleanText(value, forms, tally);
  if (typeof value === 'number') return cleanNumber(value, forms, tally);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, forms, tally));
  const fields = Object.entries(value).map(([name, field]): [string, JsonValue] => [
    cleanText(name, forms, tally),
    cleaned(field, forms, tally),
  ]);
  return Object.fromEntries<JsonValue>(fields);
}

function cleanText(text: string, forms: readonly string[], tally: { count: number }): string {
  let out = text;
  for (const form of forms) {
    if (!out.includes(form)) continue;
    const parts = out.split(form);
    tally.count += parts.length - 1;
    out = parts.join(HIDDEN);
  }
  return out;
}

/** A number that is a secret as a whole; digits within a longer one are another number. */
function cleanNumber(value: number, forms: readonly string[], tally: { count: number }): JsonValue {
  if (!forms.includes(String(value))) return value;
  tally.count++;
  return HIDDEN;
}
