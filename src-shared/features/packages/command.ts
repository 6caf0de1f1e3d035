/**
 * How the server of a package is started: the manifest's command with its variables filled in. After the MCPB manifest
 * specification, section on `mcp_config`. Pure.
 */
import { AppError } from '../../kernel/errors.ts';
import type { PackageManifest, UserSetting } from './manifest.ts';
import type { PackageSettings, SettingValue } from './views.ts';

export interface CommandPlaces {
  /** Folder of the unpacked bundle, absolute. */
  program: string;
  /** Folder of the package's own data, absolute. */
  data: string;
  platform: 'linux' | 'darwin' | 'win32';
}

export interface StartCommand {
  /** As the manifest says it: `node`, `python3`, `uv`, or a path inside the bundle. */
  command: string;
  args: string[];
  env: Record<string, string>;
}

const VARIABLE = /\$\{([A-Za-z_/][A-Za-z0-9_.-]*)\}/g;
const WHOLE_VARIABLE = /^\$\{user_config\.([A-Za-z0-9_-]+)\}$/;

/**
 * @param secret value of a sensitive setting
 * @throws `packages.setting_missing` where a required setting has no value
 */
export function startCommand(
  manifest: PackageManifest,
  settings: PackageSettings,
  secret: (name: string) => string | undefined,
  places: CommandPlaces,
): StartCommand {
  const { mcp_config: base } = manifest.server;
  const override = base.platform_overrides?.[places.platform] ?? {};
  const config = { ...base, ...override, env: { ...base.env, ...override.env } };
  const valueOf = (name: string): SettingValue | undefined => settingValue(manifest, settings, secret, name);
  const fill = (text: string): string =>
    text.replace(VARIABLE, (whole, name: string) => replacement(name, places, valueOf) ?? whole);
  requireSettings(manifest, valueOf);
  return {
    command: fill(config.command),
    args: config.args.flatMap((argument) => spread(argument, valueOf) ?? fill(argument)),
    env: Object.fromEntries(
      Object.entries(config.env)
        // A setting that nobody made is no variable at all.
        .filter(([, text]) => !isUnset(text, valueOf))
        .map(([name, text]) => [name, fill(text)]),
    ),
  };
}

function settingValue(
  { user_config: declared }: PackageManifest,
  settings: PackageSettings,
  secret: (name: string) => string | undefined,
  name: string,
): SettingValue | undefined {
  const setting = declared[name];
  if (!setting) return undefined;
  const given = setting.sensitive ? secret(name) : settings[name];
  return given ?? setting.default;
}

function replacement(
  name: string,
  { data, platform, program }: CommandPlaces,
  valueOf: (name: string) => SettingValue | undefined,
): string | undefined {
  if (name === '__dirname') return program;
  // Its own folder is all the home that it has.
  if (['HOME', 'DESKTOP', 'DOCUMENTS', 'DOWNLOADS'].includes(name)) return data;
  if (name === '/' || name === 'pathSeparator') return platform === 'win32' ? '\\' : '/';
  if (!name.startsWith('user_config.')) return undefined;
  const value = valueOf(name.slice('user_config.'.length));
  return value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value);
}

/** An argument that is a list becomes as many arguments, one that is not set none. */
function spread(argument: string, valueOf: (name: string) => SettingValue | undefined): string[] | undefined {
  const [, name] = WHOLE_VARIABLE.exec(argument) ?? [];
  if (name === undefined) return undefined;
  const value = valueOf(name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

function isUnset(text: string, valueOf: (name: string) => SettingValue | undefined): boolean {
  const [, name] = WHOLE_VARIABLE.exec(text) ?? [];
  return name !== undefined && valueOf(name) === undefined;
}

function requireSettings(
  { user_config: declared }: PackageManifest,
  valueOf: (name: string) => SettingValue | undefined,
): void {
  for (const [name, setting] of Object.entries(declared))
    if (setting.required && isEmpty(valueOf(name))) throw missing(name, setting);
}

const isEmpty = (value: SettingValue | undefined): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Checks values against what is declared. Throws `packages.bad_setting`. */
export function checkSettings(manifest: PackageManifest, settings: PackageSettings): void {
  for (const [name, value] of Object.entries(settings)) {
    const setting = manifest.user_config[name];
    const why = setting ? whyWrong(setting, value) : 'there is no such setting';
    if (why) throw badSetting(name, why);
  }
}

function whyWrong(setting: UserSetting, value: SettingValue): string | undefined {
  if (setting.sensitive) return 'it is a secret, and secrets are given apart';
  if (setting.multiple !== Array.isArray(value)) return setting.multiple ? 'it is a list' : 'it is no list';
  if (setting.type === 'boolean') return typeof value === 'boolean' ? undefined : 'it is yes or no';
  if (setting.type !== 'number')
    return typeof value === 'string' || Array.isArray(value) ? undefined : 'it is a text';
  if (typeof value !== 'number') return 'it is a number';
  const isIn = value >= (setting.min ?? value) && value <= (setting.max ?? value);
  return isIn ? undefined : `it lies between ${setting.min ?? '−∞'} and ${setting.max ?? '∞'}`;
}

/** Absolute paths that permissions stand for, with the operator's settings filled in; what is not set is left out. */
export const grantedPaths = (paths: readonly string[], settings: PackageSettings, home: string): string[] =>
  paths.flatMap((path) => {
    const [, name] = WHOLE_VARIABLE.exec(path) ?? [];
    if (name === undefined) return [`${home}/${path.slice(2)}`];
    const value = settings[name];
    return Array.isArray(value) ? value : typeof value === 'string' && value !== '' ? [value] : [];
  });

const missing = (name: string, { title }: UserSetting): AppError =>
  new AppError('packages.setting_missing', `The setting “${title}” (${name}) has no value.`, {
    advice: 'Fill it in, then try again.',
    details: { name, title },
  });

const badSetting = (name: string, why: string): AppError =>
  new AppError('packages.bad_setting', `The setting ${name} cannot have that value: ${why}.`, {
    advice: 'Correct it, then try again.',
    details: { name, why },
  });
