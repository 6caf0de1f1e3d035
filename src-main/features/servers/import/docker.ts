/**
 * Docker's MCP Toolkit: a catalog describes containers and remote servers, `registry.yaml` says which are switched on,
 * `config.yaml` holds what a person filled in. Secrets stay with Docker and are asked for.
 */
import type { DraftConfig } from './client-entry.ts';
import type { RawEntry } from './formats.ts';
import { isPlain, type Plain, plainList, textOf } from './plain.ts';
import { hideUrlPassword, looksSecret, type SecretFinds } from './secrets.ts';
import { Unresolvable } from './variables.ts';

/** A catalog, or a `registry.yaml`, which only refers to one. */
export function readDockerFile(document: Plain): RawEntry[] | undefined {
  const { registry } = document;
  if (!isPlain(registry)) return undefined;
  const entries = Object.entries(registry).filter((pair): pair is [string, Plain] => isPlain(pair[1]));
  if (entries.length === 0 || !entries.every(([, entry]) => isDescription(entry) || isReference(entry)))
    return undefined;
  return entries.map(([name, entry]) =>
    isReference(entry)
      ? {
          name,
          kind: 'unsupported',
          entry: {
            reason:
              'This file only says that it is switched on; give the folder .docker/mcp, or the catalog.',
          },
        }
      : { name, kind: 'docker', entry },
  );
}

const isDescription = (entry: Plain): boolean =>
  ['image', 'remote', 'sseEndpoint'].some((key) => key in entry) || entry['type'] === 'poci';
const isReference = (entry: Plain): boolean => 'ref' in entry && !isDescription(entry);

/** The switched-on servers of the catalogs, each with what was filled in for it. */
export function joinDockerFiles(files: {
  catalogs: readonly Plain[];
  registry: Plain | undefined;
  config: Plain | undefined;
}): RawEntry[] {
  const described = new Map(
    files.catalogs
      .flatMap((catalog) => readDockerFile(catalog) ?? [])
      .flatMap((raw) => (raw.kind === 'docker' ? [[raw.name, raw] as const] : [])),
  );
  const enabled = isPlain(files.registry?.['registry'])
    ? Object.keys(files.registry['registry'])
    : [...described.keys()];
  return enabled.map((name) => {
    const raw = described.get(name);
    return raw
      ? { ...raw, entry: { ...raw.entry, filledIn: files.config } }
      : { name, kind: 'unsupported', entry: { reason: 'No catalog that was found describes it.' } };
  });
}

/** Throws `Unresolvable` with the reason why it cannot be taken over. */
export function readDockerEntry(name: string, entry: Plain, finds: SecretFinds): DraftConfig {
  if (entry['type'] === 'poci')
    throw new Unresolvable('Each call runs a container of its own, which only Docker’s gateway does.');
  const metadata = isPlain(entry['metadata']) ? entry['metadata'] : {};
  const common = {
    ...(textOf(entry['title']) ? { title: String(entry['title']).slice(0, 120) } : {}),
    ...(textOf(entry['description']) ? { description: String(entry['description']).slice(0, 1_000) } : {}),
    tags: Array.isArray(metadata['tags'])
      ? metadata['tags'].map((tag) => String(tag).slice(0, 40)).slice(0, 16)
      : [],
  };
  const image = textOf(entry['image']);
  if (image === undefined || entry['type'] === 'remote') return { ...common, ...readRemote(entry, finds) };
  if (image === '' || image.startsWith('-')) throw new Unresolvable('Its image has no usable name.');
  const fill = createFiller(name, entry, finds);
  const secrets = plainList(entry['secrets']).flatMap(({ env }) => textOf(env) ?? []);
  for (const secret of secrets) finds.names.add(secret);
  const { plain: values, hidden } = readEnvironment(entry, fill, finds);
  const passed = [...Object.keys(values), ...secrets, ...hidden].flatMap((variable) => ['-e', variable]);
  const volumes = listOf(entry['volumes'])
    .flatMap(fill.list)
    .filter(Boolean)
    .flatMap((volume) => ['-v', volume]);
  const user = textOf(entry['user']);
  const options = [
    ...passed,
    ...volumes,
    ...(user ? ['-u', fill.text(user)] : []),
    ...(entry['disableNetwork'] === true ? ['--network', 'none'] : []),
  ];
  const command = listOf(entry['command']).flatMap(fill.list);
  return {
    ...common,
    transport: {
      type: 'stdio',
      command: 'docker',
      args: ['run', '-i', '--rm', '--init', ...options, image, ...command],
    },
    env: values,
  };
}

function readRemote(entry: Plain, finds: SecretFinds): Pick<DraftConfig, 'transport' | 'env'> {
  const remote = isPlain(entry['remote']) ? entry['remote'] : {};
  const url = textOf(remote['url']);
  if (url === undefined || remote['transport_type'] === 'sse')
    throw new Unresolvable('It uses the older SSE transport, which is not supported.');
  const secrets = new Set(plainList(entry['secrets']).flatMap(({ env }) => textOf(env) ?? []));
  const headers = Object.entries(isPlain(remote['headers']) ? remote['headers'] : {}).map(
    ([header, value]) => [
      header,
      String(value).replace(/\$\{(\w+)\}/g, (whole, variable: string) =>
        secrets.has(variable) ? finds.keep(variable, undefined) : whole,
      ),
    ],
  );
  return { transport: { type: 'http', url }, env: Object.fromEntries(headers) as Record<string, string> };
}

function readEnvironment(
  entry: Plain,
  fill: Filler,
  finds: SecretFinds,
): { plain: Record<string, string>; hidden: string[] } {
  const plain: Record<string, string> = {};
  const hidden: string[] = [];
  for (const { name, value } of plainList(entry['env'])) {
    if (typeof name !== 'string' || !['string', 'number', 'boolean'].includes(typeof value)) continue;
    const before = finds.names.size;
    const text = fill.text(String(value));
    if (finds.names.size > before) plain[name] = text;
    else if (text !== '' && looksSecret(name, text)) {
      finds.names.add(name);
      finds.values[name] = text;
      hidden.push(name);
    } else plain[name] = hideUrlPassword(text, finds);
  }
  return { plain, hidden };
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

interface Filler {
  text(template: string): string;
  /** A list that was filled in becomes several arguments. */
  list(template: string): string[];
}

const TEMPLATE = /\{\{\s*([\w.-]+)((?:\s*\|\s*\w+)*)\s*\}\}/g;

/** `{{server.setting}}` from what a person filled in, else its default; what is missing is asked for. */
function createFiller(server: string, entry: Plain, finds: SecretFinds): Filler {
  const valueOf = (path: string): unknown => {
    const [first = '', ...rest] = path.split('.');
    const keys = first === server ? rest : [first, ...rest];
    return (
      at(isPlain(entry['filledIn']) ? entry['filledIn'][server] : undefined, keys) ?? defaultOf(entry, keys)
    );
  };
  const missing = (path: string): string => finds.keep(path.split('.').at(-1) ?? path, undefined);
  const text = (template: string): string =>
    template.replace(TEMPLATE, (_whole, path: string) => {
      const value = valueOf(path);
      if (value === undefined) return missing(path);
      return Array.isArray(value) ? value.map(String).join(',') : String(value);
    });
  return {
    text,
    list: (template) => {
      const [whole, path = '', filters = ''] = new RegExp(`^${TEMPLATE.source}$`).exec(template) ?? [];
      if (whole === undefined) return [text(template)];
      const value = valueOf(path);
      if (value === undefined) return [missing(path)];
      const items = Array.isArray(value) ? value.map(String) : [String(value)];
      // A folder is seen inside the container under the name that it has outside.
      return filters.includes('volume')
        ? items.map((item) => (item.includes(':') ? item : `${item}:${item}`))
        : items;
    },
  };
}

const at = (root: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (node, key) => (isPlain(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    root,
  );

function defaultOf(entry: Plain, keys: readonly string[]): unknown {
  const path = keys.flatMap((key) => ['properties', key]);
  return plainList(entry['config'])
    .map((schema) => at(schema, [...path, 'default']))
    .find((value) => value !== undefined);
}
