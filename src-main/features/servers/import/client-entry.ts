/** One server as an AI client's file declares it, in our own form. */
import type { z } from 'zod';
import type { declaredServerSchema } from '#shared/features/servers/config.ts';
import { isPlain, type Plain, textOf } from './plain.ts';
import {
  hideSecretArguments,
  hideSecretsInUrl,
  hideUrlPassword,
  looksSecret,
  type SecretFinds,
} from './secrets.ts';
import { fillIn, Unresolvable, type VariableSources } from './variables.ts';

export type DraftConfig = Omit<z.input<typeof declaredServerSchema>, 'name' | 'secrets'>;

/** Throws `Unresolvable` with the reason why it cannot be taken over. */
export function readClientEntry(entry: Plain, sources: VariableSources, finds: SecretFinds): DraftConfig {
  const fill = (text: string) => fillIn(text, sources, finds);
  const type = (textOf(entry['type']) ?? textOf(entry['transport']))?.toLowerCase();
  if (type === 'builtin' || type === 'platform' || type === 'frontend')
    throw new Unresolvable('It is a part of that client, not an MCP server of its own.');
  const url =
    textOf(entry['url']) ?? textOf(entry['serverUrl']) ?? textOf(entry['httpUrl']) ?? textOf(entry['uri']);
  const common = { ...describe(entry), enabled: isEnabled(entry) };
  if (url !== undefined) {
    if (type === 'sse') throw new Unresolvable('It uses the older SSE transport, which is not supported.');
    return {
      ...common,
      transport: { type: 'http', url: hideSecretsInUrl(fill(url), finds) },
      env: readHeaders(entry, sources, finds),
    };
  }
  const program = readProgram(entry);
  if (!program) throw new Unresolvable('It names neither a command nor a URL.');
  const cwd = textOf(entry['cwd']);
  return {
    ...common,
    transport: {
      type: 'stdio',
      command: fill(program.command),
      args: hideSecretArguments(program.args.map(fill), finds),
      ...(cwd ? { cwd: fill(cwd) } : {}),
    },
    env: readEnvironment(program.env, entry, sources, finds),
  };
}

interface Program {
  command: string;
  args: string[];
  env: Plain;
}

/** `command` and `args`, Goose's `cmd`, or Zed's older `command: {path, args, env}`. */
function readProgram(entry: Plain): Program | undefined {
  const nested = isPlain(entry['command']) ? entry['command'] : undefined;
  const command = textOf(nested?.['path']) ?? textOf(entry['command']) ?? textOf(entry['cmd']);
  if (command === undefined || command === '') return undefined;
  const args = [nested?.['args'], entry['args']].find(Array.isArray) ?? [];
  const env = [nested?.['env'], entry['env'], entry['envs']].find(isPlain) ?? {};
  return { command, args: args.map(String), env };
}

function readEnvironment(
  env: Plain,
  entry: Plain,
  sources: VariableSources,
  finds: SecretFinds,
): Record<string, string> {
  const names = Array.isArray(entry['env_keys']) ? entry['env_keys'].map(String) : [];
  // Goose and Codex name variables whose values are kept elsewhere.
  const passed = Array.isArray(entry['env_vars']) ? entry['env_vars'].map(String) : [];
  for (const name of [...names, ...passed]) finds.keep(name, sources.environment[name]);
  return readValues(env, sources, finds);
}

/** Plain values stay; secrets leave, under the name that needs them. */
function readValues(values: Plain, sources: VariableSources, finds: SecretFinds): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, raw] of Object.entries(values)) {
    if (!['string', 'number', 'boolean'].includes(typeof raw)) continue;
    const before = finds.names.size;
    const value = fillIn(String(raw), sources, finds);
    const placeholder = /^\$\{(\w+)\}$/.exec(value)?.[1];
    if (finds.names.size > before || placeholder || refersTo(value, finds)) {
      if (placeholder === name) continue;
      plain[name] = value;
    } else if (looksSecret(name, value) && value !== '') {
      finds.names.add(name);
      finds.values[name] = value;
    } else plain[name] = hideUrlPassword(value, finds);
  }
  return plain;
}

/** A value made of secrets that were found before holds none itself. */
const refersTo = (value: string, { names }: SecretFinds): boolean =>
  [...value.matchAll(/\$\{(\w+)\}/g)].some(([, name = '']) => names.has(name));

function readHeaders(entry: Plain, sources: VariableSources, finds: SecretFinds): Record<string, string> {
  const declared = [entry['headers'], entry['http_headers']].find(isPlain) ?? {};
  const headers = readValues(declared, sources, finds);
  const token = textOf(entry['bearerToken']);
  if (token) headers['Authorization'] = `Bearer ${finds.keep('TOKEN', token)}`;
  const bearer = textOf(entry['bearer_token_env_var']);
  if (bearer) headers['Authorization'] = `Bearer ${finds.keep(bearer, sources.environment[bearer])}`;
  const fromEnvironment = isPlain(entry['env_http_headers']) ? entry['env_http_headers'] : {};
  for (const [header, variable] of Object.entries(fromEnvironment))
    headers[header] = finds.keep(String(variable), sources.environment[String(variable)]);
  return headers;
}

const describe = (entry: Plain): Pick<DraftConfig, 'description' | 'tags'> => {
  const description = textOf(entry['description']);
  const tags = Array.isArray(entry['tags']) ? entry['tags'].filter((tag) => typeof tag === 'string') : [];
  return {
    ...(description ? { description: description.slice(0, 1_000) } : {}),
    ...(tags.length > 0 ? { tags: tags.map((tag) => tag.slice(0, 40)).slice(0, 16) } : {}),
  };
};

const isEnabled = (entry: Plain): boolean => entry['disabled'] !== true && entry['enabled'] !== false;
