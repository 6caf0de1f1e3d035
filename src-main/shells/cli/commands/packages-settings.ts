/** `--set`, `--secret` and `--channel` of packages: what their operator tells them. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { InstalledPackage, PackageSettings, SettingValue } from '#shared/features/packages/contract.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { collect, jsonOrText } from '../parse.ts';
import { readSecrets } from '../prompts.ts';

type Declared = Record<string, { type: string; multiple: boolean; required: boolean; sensitive: boolean }>;
type Pair = [name: string, value: string];

export interface SettingFlags {
  set?: Pair[];
  secret?: string[];
}

export const channelOption = (about: string): Option =>
  new Option('--channel <channel>', about).choices(['stable', 'beta'] satisfies Channel[]);
export const channelArgument = (): Argument =>
  new Argument('<channel>').choices(['stable', 'beta'] satisfies Channel[]);

export const withSettings = (command: Command): Command =>
  command
    .option(
      '--set <name=value>',
      'a setting; again with the same name where it takes several',
      collectSettings,
    )
    .option(
      '--secret <name>',
      'a secret setting, kept in the keystore; its value is taken from the environment or asked for (repeatable)',
      collect,
    );

function collectSettings(text: string, previous: Pair[] = []): Pair[] {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It must be written as NAME=VALUE.');
  return [...previous, [text.slice(0, split), text.slice(split + 1)]];
}

/**
 * Values of settings as their package declares them; paths are those of the folder where the command runs.
 * Throws `packages.bad_setting`.
 */
export function settingsFrom({ set = [] }: SettingFlags, declared: Declared): PackageSettings {
  const values: PackageSettings = {};
  for (const [name, text] of set) {
    const setting = declared[name];
    if (!setting) throw unknownSetting(name, Object.keys(declared));
    if (setting.sensitive) throw isSecret(name);
    const value = valueOf(name, text, setting.type);
    if (!setting.multiple) values[name] = value;
    else values[name] = [...((values[name] as string[] | undefined) ?? []), String(value)];
  }
  return values;
}

/** Few shells know `~` behind a `=`. */
const pathOf = (text: string): string =>
  /^~([/\\]|$)/.test(text) ? join(homedir(), text.slice(1)) : resolve(text);

/** The same where nothing is known of the package yet: paths and JSON where they look like it, else text. */
export const settingsUntold = ({ set = [] }: SettingFlags): PackageSettings =>
  Object.fromEntries(
    set.map(([name, text]) => [
      name,
      /^(~|\.{1,2})([/\\]|$)/.test(text) ? pathOf(text) : (jsonOrText(text) as SettingValue),
    ]),
  );

/** @param declared where a person sits at the terminal, he is asked for what it cannot do without as well */
export function secretsFrom(
  { io }: Cli,
  { secret = [] }: SettingFlags,
  declared: Declared = {},
  known: readonly string[] = [],
): Promise<Record<string, string>> {
  const needed = Object.entries(declared)
    .filter(([name, { required, sensitive }]) => required && sensitive && !known.includes(name))
    .map(([name]) => name);
  return readSecrets(io, [...new Set([...secret, ...(isInteractive(io) ? needed : [])])]);
}

function valueOf(name: string, text: string, type: string): string | number | boolean {
  if (type === 'directory' || type === 'file') return pathOf(text);
  if (type === 'number') {
    const number = Number(text);
    if (text.trim() === '' || Number.isNaN(number)) throw badSetting(name, 'a number');
    return number;
  }
  if (type !== 'boolean') return text;
  if (text !== 'true' && text !== 'false') throw badSetting(name, 'true or false');
  return text === 'true';
}

/** The installed package that a person means by its id, its name or its server. Throws `packages.not_installed`. */
export function findInstalled(items: readonly InstalledPackage[], which: string): InstalledPackage {
  const exact = items.find(({ id }) => id === which);
  if (exact) return exact;
  const found = items.filter(({ name, server }) => name === which || server === which);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new AppError(
    'packages.not_installed',
    found.length > 1 ? 'Several packages are meant by this.' : `${which} is not installed here.`,
    { advice: '`toolswarm packages list` shows what is, with its ids.' },
  );
}

const unknownSetting = (name: string, known: readonly string[]): AppError =>
  new AppError('packages.bad_setting', `The package has no setting ${name}.`, {
    advice: known.length > 0 ? `There are: ${known.join(', ')}.` : 'It has none at all.',
  });

const isSecret = (name: string): AppError =>
  new AppError('packages.bad_setting', `${name} is a secret.`, {
    advice: `Give it with --secret ${name}: its value does not stay in your shell’s history then.`,
  });

const badSetting = (name: string, kind: string): AppError =>
  new AppError('packages.bad_setting', `The setting ${name} must be ${kind}.`, {
    advice: 'Correct it after --set.',
  });
