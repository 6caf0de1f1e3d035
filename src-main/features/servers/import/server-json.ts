/** A `server.json` of the MCP registry (schema 2025-12-11): the first package or remote that can be run from here. */
import { isPlain, type Plain } from './plain.ts';
import type { DraftConfig } from './client-entry.ts';
import type { SecretFinds } from './secrets.ts';
import { Unresolvable } from './variables.ts';

/** Throws `Unresolvable` when nothing in it can be run. */
export function readServerJson(server: Plain, finds: SecretFinds): DraftConfig {
  const description =
    typeof server['description'] === 'string' ? { description: server['description'].slice(0, 1_000) } : {};
  const reasons: string[] = [];
  for (const described of listOf(server['packages'])) {
    const found = readPackage(described, finds);
    if (typeof found !== 'string') return { ...description, ...found };
    reasons.push(found);
  }
  for (const remote of listOf(server['remotes'])) {
    const found = readRemote(remote, finds);
    if (typeof found !== 'string') return { ...description, ...found };
    reasons.push(found);
  }
  throw new Unresolvable(reasons[0] ?? 'It names no package and no URL.');
}

const listOf = (value: unknown): Plain[] => (Array.isArray(value) ? value.filter(isPlain) : []);

/** The command that runs the package, or the reason why none does. */
function readPackage(described: Plain, finds: SecretFinds): DraftConfig | string {
  const type = String(described['registryType'] ?? described['registry_type'] ?? '');
  const identifier = String(described['identifier'] ?? '');
  const version = typeof described['version'] === 'string' ? described['version'] : undefined;
  const transport = isPlain(described['transport']) ? described['transport']['type'] : 'stdio';
  if (identifier === '' || identifier.startsWith('-')) return 'Its package has no usable name.';
  if (transport !== 'stdio')
    return `Its package is reached over ${String(transport)}; start it yourself and add its URL.`;
  const values = readVariables(listOf(described['environmentVariables']), finds);
  const runtime = readArguments(listOf(described['runtimeArguments']), finds);
  const own = readArguments(listOf(described['packageArguments']), finds);
  const run = commandFor(
    type,
    identifier,
    version,
    runtime,
    Object.keys(values).concat(secretNames(described)),
  );
  if (!run) return `Packages of type ${type || 'unknown'} cannot be run from here.`;
  return { transport: { type: 'stdio', command: run.command, args: [...run.args, ...own] }, env: values };
}

function commandFor(
  type: string,
  identifier: string,
  version: string | undefined,
  runtime: string[],
  variables: string[],
): { command: string; args: string[] } | undefined {
  switch (type) {
    case 'npm':
      return {
        command: 'npx',
        args: [...(runtime.length > 0 ? runtime : ['-y']), version ? `${identifier}@${version}` : identifier],
      };
    case 'pypi':
      return { command: 'uvx', args: [...runtime, version ? `${identifier}@${version}` : identifier] };
    case 'oci': {
      const image = version && !/[:@][^/]*$/.test(identifier) ? `${identifier}:${version}` : identifier;
      // The container sees only what is passed on by name.
      const passed = variables.flatMap((name) => ['-e', name]);
      return { command: 'docker', args: ['run', '-i', '--rm', ...passed, ...runtime, image] };
    }
    default:
      return undefined;
  }
}

const secretNames = (described: Plain): string[] =>
  listOf(described['environmentVariables'])
    .filter((variable) => variable['isSecret'] === true)
    .map((variable) => String(variable['name']));

/** Plain values by name; secrets and required values that are missing become secrets to be given. */
function readVariables(variables: Plain[], finds: SecretFinds): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const variable of variables) {
    const name = String(variable['name'] ?? '');
    const value = variable['value'] ?? variable['default'];
    if (name === '') continue;
    if (variable['isSecret'] === true) {
      if (variable['isRequired'] === true || value !== undefined) {
        finds.names.add(name);
        if (typeof value === 'string') finds.values[name] = value;
      }
    } else if (typeof value === 'string') plain[name] = value;
    else if (variable['isRequired'] === true) finds.names.add(name);
  }
  return plain;
}

/** Arguments with a fixed or default value; required ones without become placeholders for a value to be given. */
function readArguments(described: Plain[], finds: SecretFinds): string[] {
  return described.flatMap((argument) => {
    const name = typeof argument['name'] === 'string' ? argument['name'] : undefined;
    const given = argument['value'] ?? argument['default'];
    const hint = name ?? String(argument['valueHint'] ?? 'ARGUMENT');
    const value =
      typeof given === 'string' && argument['isSecret'] !== true
        ? given
        : argument['isRequired'] === true || typeof given === 'string'
          ? finds.keep(hint, typeof given === 'string' ? given : undefined)
          : undefined;
    if (argument['type'] === 'named') {
      if (!name) return [];
      if (value !== undefined) return [name, value];
      return argument['isRequired'] === true ? [name] : [];
    }
    return value === undefined ? [] : [value];
  });
}

function readRemote(remote: Plain, finds: SecretFinds): DraftConfig | string {
  const type = String(remote['type'] ?? '');
  const url = String(remote['url'] ?? '');
  if (type !== 'streamable-http' && type !== 'http')
    return 'It uses the older SSE transport, which is not supported.';
  if (/[{}]/.test(url)) return 'Its URL has variables that must be filled in by hand.';
  return { transport: { type: 'http', url }, env: readVariables(listOf(remote['headers']), finds) };
}
