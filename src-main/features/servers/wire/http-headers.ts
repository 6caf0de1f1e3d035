/** Headers that a modern server compares with the body: method, name, and parameters that a tool declares as headers. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { isObject, type RpcRequest } from './messages.ts';
import { META } from './meta.ts';

/** Which parameter `Mcp-Name` repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** @param schemaOf the input schema of one of the server's tools, where it is known. */
export function modernHeaders(
  request: RpcRequest,
  schemaOf: (tool: string) => JsonObject | undefined,
): Record<string, string> {
  const { method, params } = request;
  const meta = params?.['_meta'];
  const version = isObject(meta) ? meta[META.protocolVersion] : undefined;
  const headers: Record<string, string> = { 'mcp-method': method };
  if (typeof version === 'string') headers['mcp-protocol-version'] = version;
  const name = Object.hasOwn(NAMED_BY, method) ? params?.[NAMED_BY[method] as string] : undefined;
  if (typeof name === 'string') headers['mcp-name'] = encodeHeaderValue(name);
  if (method === 'tools/call' && typeof name === 'string')
    for (const { path, header } of declarationsIn(schemaOf(name))) {
      const text = toHeaderText(valueAt(params?.['arguments'], path));
      if (text !== undefined) headers[`mcp-param-${header}`] = encodeHeaderValue(text);
    }
  return headers;
}

interface Declaration {
  path: readonly string[];
  header: string;
}

/** RFC 9110 token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_TYPES: readonly JsonValue[] = ['string', 'integer', 'boolean'];
/** Deeper schemas are not looked into. */
const MAX_DEPTH = 16;
const scanned = new WeakMap<JsonObject, Declaration[]>();

/** Properties marked `x-mcp-header`, reached through `properties` alone. */
function declarationsIn(schema: JsonObject | undefined): Declaration[] {
  if (!schema) return [];
  let found = scanned.get(schema);
  if (!found) {
    found = scan(schema, []);
    scanned.set(schema, found);
  }
  return found;
}

function scan(schema: JsonObject, path: readonly string[]): Declaration[] {
  const { properties, type } = schema;
  const header = schema['x-mcp-header'];
  const own =
    path.length > 0 && typeof header === 'string' && TOKEN.test(header) && HEADER_TYPES.includes(type ?? null)
      ? [{ path, header }]
      : [];
  if (!isObject(properties) || path.length >= MAX_DEPTH) return own;
  const below = Object.entries(properties).flatMap(([name, child]) =>
    isObject(child) ? scan(child, [...path, name]) : [],
  );
  return [...own, ...below];
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((node, key) => (isObject(node) ? node[key] : undefined), root);
}

function toHeaderText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}

/** Visible ASCII with inner spaces goes as it is; all else as `=?base64?…?=`. */
export function encodeHeaderValue(value: string): string {
  const plain =
    /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value);
  return plain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
