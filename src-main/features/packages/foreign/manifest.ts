/**
 * The manifest of a bundle that is made here from a foreign package. It asks for nothing: hosts and paths are for the
 * operator to add. What its registry says of variables and arguments becomes settings that he fills in.
 */
import semver from 'semver';
import type { PLATFORMS } from '#shared/features/packages/release.ts';
import type {
  DescribedArgument,
  DescribedInput,
  DescribedPackage,
  DescribedValue,
} from '#shared/features/packages/described.ts';
import { manifestSchema, OURS, type UserSetting } from '#shared/features/packages/manifest.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { unsupported } from './faults.ts';
import type { Provenance } from './types.ts';

/** What runs, and what its author says of it. */
export interface Program {
  type: 'node' | 'python';
  /** Path in the bundle, with `/`. */
  entryPoint: string;
  env?: Record<string, string>;
  title?: string | undefined;
  description?: string | undefined;
  author?: string | undefined;
  license?: string | undefined;
  /** Range of versions of the runtime. */
  requires?: string | undefined;
  /** It holds files that run on this platform alone. */
  platform?: (typeof PLATFORMS)[number] | undefined;
}

/** Throws `packages.foreign_unsupported`. */
export function foreignManifest(
  described: DescribedPackage,
  program: Program,
  provenance: Provenance,
): object {
  const settings = createSettings(described.identifier);
  const env = Object.fromEntries(
    described.environmentVariables.map((variable) => {
      refuseControlling(variable.name, described.identifier);
      return [variable.name, settings.valueOf(variable, variable.name, variable.name)];
    }),
  );
  const args = described.packageArguments.flatMap((argument, at) => argumentsOf(argument, at, settings));
  const { description, license, platform, requires, title } = program;
  const manifest = {
    manifest_version: '0.3',
    name: packageName(provenance.identifier),
    ...(title ? { display_name: words(title, 120) } : {}),
    version: semanticVersion(provenance.version),
    description: words(description ?? '', 2000) || `${provenance.identifier} ${provenance.version}`,
    author: { name: words(program.author ?? '', 120) || words(provenance.identifier, 120) },
    ...(license ? { license: words(license, 60) } : {}),
    server: {
      type: program.type,
      entry_point: program.entryPoint,
      mcp_config: {
        command: program.type,
        args: [`\${__dirname}/${program.entryPoint}`, ...args],
        env: { ...env, ...program.env },
      },
    },
    compatibility: {
      ...(platform ? { platforms: [platform] } : {}),
      ...(requires && semver.validRange(requires) ? { runtimes: { [program.type]: requires } } : {}),
    },
    user_config: settings.all(),
    _meta: { [OURS]: oursOf(provenance) },
  };
  const made = manifestSchema.safeParse(manifest);
  if (made.success) return manifest;
  throw unsupported(
    described.identifier,
    made.error.issues[0]?.message ?? 'its description makes no sense',
    made.error,
  );
}

/** What is ours in the manifest of a foreign package: no permissions, and where it is from. */
export const oursOf = ({ identifier, integrity, registryType, version }: Provenance): object => ({
  permissions: {},
  dependencies: [],
  fetchesCode: false,
  foreign: { registryType, identifier, version, integrity },
});

/** `@scope/My.Server` becomes `my-server`. */
export function packageName(identifier: string): string {
  const last = identifier.split('/').findLast((part) => part !== '') ?? '';
  const name = last
    .replace(/\.(mcpb|dxt|zip)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 31)
    .replace(/[-_]+$/, '');
  return name === '' ? 'package' : name;
}

/** Registries number otherwise too: `1.2` is `1.2.0`, `1.2rc1` is `1.2.0-rc1`. */
export function semanticVersion(version: string): string {
  const exact = semver.valid(version, { loose: false });
  if (exact !== null && exact === version) return exact;
  const [, numbers = '', rest = ''] = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(version) ?? [];
  const [major = '0', minor = '0', patch = '0', ...further] = numbers
    .split('.')
    .map((part) => String(Number(part)));
  const tail = [...further, ...rest.split(/[^0-9A-Za-z]+/)].filter((part) => part !== '').map(withoutZeros);
  const made = `${major}.${minor}.${patch}${tail.length > 0 ? `-${tail.join('.')}` : ''}`;
  return semver.valid(made) ?? '0.0.0';
}

const withoutZeros = (part: string): string => (/^\d+$/.test(part) ? String(Number(part)) : part);

interface Settings {
  /** The text of a value; what the operator is asked for stands in it as `${user_config.…}`. */
  valueOf(value: DescribedValue, key: string, title: string): string;
  all(): Record<string, object>;
}

function createSettings(what: string): Settings {
  const all: Record<string, Partial<UserSetting>> = {};

  function ask(input: DescribedInput, key: string, title: string, multiple = false): string {
    const name = settingKey(key, all);
    all[name] = settingOf(input, title, multiple);
    return `\${user_config.${name}}`;
  }

  return {
    valueOf(value, key, title) {
      if (value.value === undefined)
        return ask(value, key, title, 'isRepeated' in value && value.isRepeated === true);
      let text = literal(value.value, what);
      for (const [variable, input] of Object.entries(value.variables)) {
        if (!text.includes(`{${variable}}`)) continue;
        const given =
          input.value === undefined ? ask(input, `${key}_${variable}`, variable) : literal(input.value, what);
        text = text.replaceAll(`{${variable}}`, () => given);
      }
      return text;
    },
    all: () => all,
  };
}

function argumentsOf(argument: DescribedArgument, at: number, settings: Settings): string[] {
  if (argument.type === 'positional') {
    const label = argument.valueHint ?? `argument ${at + 1}`;
    return [settings.valueOf(argument, label, label)];
  }
  // `--name=` with nothing behind it would say something else than no such argument at all.
  if (argument.value === undefined && argument.default === undefined && !argument.isRequired) return [];
  const label = argument.name.replace(/^-+/, '');
  return [`${argument.name}=${settings.valueOf(argument, label, label)}`];
}

function settingOf(input: DescribedInput, title: string, multiple: boolean): Partial<UserSetting> {
  const { choices, format, isRequired, isSecret } = input;
  const choice = choices.length > 0 ? ` (${choices.join(', ')})` : '';
  const given = input.default === undefined ? undefined : defaultOf(input.default, format);
  return {
    type: format === 'filepath' ? 'file' : format,
    title: words(title, 120),
    description: words(`${input.description ?? ''}${choice}`, 1000),
    required: isRequired,
    sensitive: isSecret,
    ...(given === undefined || isSecret ? {} : { default: multiple ? [String(given)] : given }),
    ...(multiple ? { multiple } : {}),
  };
}

function defaultOf(text: string, format: DescribedInput['format']): string | number | boolean | undefined {
  if (format === 'boolean') return text === 'true';
  if (format !== 'number') return text.includes('${') ? undefined : text;
  return Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function settingKey(wanted: string, taken: Readonly<Record<string, unknown>>): string {
  const base =
    wanted
      .replace(/[^A-Za-z0-9_-]+/g, '_')
      .replace(/^[^A-Za-z_]/, '_')
      .slice(0, 60) || 'setting';
  let key = base;
  for (let number = 2; Object.hasOwn(taken, key); number++) key = `${base}_${number}`;
  return key;
}

/** A fixed text says what it says: it may not refer to what is the operator’s. */
function literal(text: string, what: string): string {
  if (text.includes('${')) throw unsupported(what, 'one of its values refers to others');
  return text;
}

/** Variables that say which code runs, or what holds it: the program's own are not among them. */
const CONTROLLING =
  /^(NODE_(OPTIONS|PATH|REPL_EXTERNAL_MODULE|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|LD_.*|DYLD_.*|PYTHON.*|PATH|HOME|SHELL|IFS|ENV|BASH_ENV|ELECTRON_.*|UV_.*|TOOLSWARM_.*)$/i;

function refuseControlling(name: string, what: string): void {
  if (CONTROLLING.test(name)) throw unsupported(what, `it wants to set ${name}`);
}

const words = (text: string, longest: number): string =>
  stripHidden(text).toWellFormed().replace(/\s+/g, ' ').trim().slice(0, longest).toWellFormed();
