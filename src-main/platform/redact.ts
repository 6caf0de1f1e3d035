/** What a log line may say: no secrets, no novels. */

/** Fields whose values are secrets whatever they hold. */
const SECRET_KEY =
  /token|secret|pass(word|phrase)|authorization|cookie|credential|api[-_]?key|private|seed|words/i;
/** Secrets inside text: our own tokens, bearer headers, one-time links, credentials in URLs. */
const SECRET_TEXT: ReadonlyArray<[RegExp, string]> = [
  [/\btsw_[\w-]{20,}/g, 'tsw_…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …'],
  [/#t=[\w-]+/g, '#t=…'],
  [/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, '$1…@'],
  [/([?&](?:token|key|secret|password)=)[^&\s]+/gi, '$1…'],
];
const MAX_TEXT = 4000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** A copy that is safe to write down: secrets by name of field and by form, long text cut, bytes counted. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object')
    return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  const fields = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    fields.map(([key, field]) => [key, isSecret(key, field) ? '…' : redact(field, depth + 1)]),
  );
}

export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return SECRET_TEXT.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), cut);
}

/** Whether a value of this name is a secret whatever it is. */
export const namesSecret = (name: string): boolean => SECRET_KEY.test(name);

/** Counts (`tokens: 12`) and flags are no secrets. */
const isSecret = (key: string, value: unknown): boolean =>
  SECRET_KEY.test(key) && typeof value !== 'number' && typeof value !== 'boolean';

function redactError(error: Error, depth: number): unknown {
  const { name, message, stack, cause, ...rest } = error;
  return redact({ name, message, ...rest, stack, cause }, depth + 1);
}
