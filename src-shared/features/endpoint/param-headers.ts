/**
 * `Mcp-Param-*` headers: arguments that a tool's schema marks with `x-mcp-header` travel in headers as well, so that
 * middle boxes can route by them. We check that both agree.
 */
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';
import { isObject } from './messages.ts';

/** One marked argument. */
export interface ParamHeader {
  /** Property names from the arguments down. */
  path: readonly string[];
  /** The header after `Mcp-Param-`, lower case. */
  header: string;
  type: string;
}

const MARK = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES = new Set(['string', 'integer', 'boolean', 'number']);
/** Deeper schemas are not searched; bounds the work on hostile ones. */
const MAX_DEPTH = 16;

/** The marked arguments of an input schema; none where the marks break the rules, since clients then refuse the tool. */
export function paramHeadersOf(inputSchema: JsonObject): readonly ParamHeader[] {
  const found: ParamHeader[] = [];
  const valid = collect(inputSchema, [], found);
  const distinct = new Set(found.map((param) => param.header)).size === found.length;
  return valid && distinct ? found : [];
}

function collect(schema: JsonValue | undefined, path: readonly string[], found: ParamHeader[]): boolean {
  if (!isObject(schema) || path.length > MAX_DEPTH) return true;
  const mark = schema[MARK];
  if (mark !== undefined) {
    const type = schema['type'];
    if (path.length === 0 || typeof mark !== 'string' || !TOKEN.test(mark)) return false;
    if (typeof type !== 'string' || !TYPES.has(type)) return false;
    found.push({ path, header: mark.toLowerCase(), type });
  }
  const properties = schema['properties'];
  if (!isObject(properties)) return true;
  return Object.entries(properties).every(([name, child]) => collect(child, [...path, name], found));
}

/**
 * Compares marked arguments with the headers of the request.
 * @param header reads `Mcp-Param-<name>` (lower case).
 * @returns what disagrees, as a sentence, or `undefined`.
 */
export function paramMismatch(
  params: readonly ParamHeader[],
  args: JsonValue | undefined,
  header: (name: string) => string | undefined,
): string | undefined {
  for (const param of params) {
    const value = valueAt(args, param.path);
    const text = primitiveText(value);
    if (text === undefined) continue;
    const sent = header(param.header);
    const label = `the Mcp-Param-${param.header} header`;
    if (sent === undefined) return `the body carries ${param.path.join('.')} but ${label} is absent`;
    const decoded = decodeHeaderValue(sent);
    if (decoded === undefined) return `${label} is not valid Base64`;
    if (!agrees(param, decoded, value, text))
      return `${label} and ${param.path.join('.')} in the body differ`;
  }
  return undefined;
}

function agrees(param: ParamHeader, decoded: string, value: JsonValue | undefined, text: string): boolean {
  const numeric = (param.type === 'integer' || param.type === 'number') && typeof value === 'number';
  return numeric && /^-?\d+(\.\d+)?$/.test(decoded) ? Number(decoded) === value : decoded === text;
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let node = root;
  for (const name of path) node = isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
  return node;
}

/** As it stands in a header; `undefined` for what no header is expected for. */
function primitiveText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A header's value: `=?base64?…?=` holds UTF-8, anything else is itself. `undefined` where the Base64 is broken. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=') || value.length < 11) return value;
  const base64 = value.slice(9, -2);
  if (!BASE64.test(base64)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: as unusable as broken Base64, and said in the same way.
    return undefined;
  }
}
