import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '#shared/features/packages/views.ts';
import type { Cli } from '#main/shells/cli/cli.ts';
import type { Io } from '#main/shells/cli/io.ts';
import {
  findInstalled,
  secretsFrom,
  type SettingFlags,
  settingsFrom,
  settingsUntold,
  withSettings,
} from '#main/shells/cli/commands/packages-settings.ts';

const plain = { multiple: false, required: false, sensitive: false };
const DECLARED = {
  name: { ...plain, type: 'string' },
  folder: { ...plain, type: 'directory' },
  days: { ...plain, type: 'number' },
  loud: { ...plain, type: 'boolean' },
  zones: { ...plain, type: 'string', multiple: true },
  files: { ...plain, type: 'file', multiple: true },
  token: { ...plain, type: 'string', required: true, sensitive: true },
};

/** As the command line reads them. */
function flagsOf(...args: string[]): SettingFlags {
  const command = withSettings(new Command()).exitOverride();
  return command.parse(args, { from: 'user' }).opts<SettingFlags>();
}
const sets = (...pairs: string[]): SettingFlags => flagsOf(...pairs.flatMap((pair) => ['--set', pair]));
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return '';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('settings of a package on the command line', () => {
  it('are what the package declares them to be', () => {
    expect(settingsFrom(sets('name=7', 'days=7.5', 'loud=true', 'zones=UTC'), DECLARED)).toEqual({
      name: '7',
      days: 7.5,
      loud: true,
      zones: ['UTC'],
    });
  });

  it('keep everything behind the first sign, and take several where several fit', () => {
    expect(settingsFrom(sets('name=a=b', 'zones=UTC', 'zones=CET'), DECLARED)).toEqual({
      name: 'a=b',
      zones: ['UTC', 'CET'],
    });
    expect(settingsFrom(sets('name=a', 'name=b'), DECLARED)).toEqual({ name: 'b' });
  });

  it('are paths of the folder where the command runs', () => {
    expect(settingsFrom(sets('folder=~/notes', 'files=a', 'files=/b'), DECLARED)).toEqual({
      folder: join(homedir(), 'notes'),
      files: [resolve('a'), '/b'],
    });
  });

  it.each(['days=few', 'days=', 'loud=yes', 'token=secret', 'unknown=1'])('refuses %s', (pair) => {
    expect(codeOf(() => settingsFrom(sets(pair), DECLARED))).toBe('packages.bad_setting');
  });

  it('are JSON, paths or text where nothing is known of the package', () => {
    expect(settingsUntold(sets('a=7', 'b=["x"]', 'c=x y', 'd=./z', 'e=~'))).toEqual({
      a: 7,
      b: ['x'],
      c: 'x y',
      d: resolve('z'),
      e: homedir(),
    });
  });
});

describe('secrets of a package on the command line', () => {
  const cli = (env: Record<string, string>, isTTY: boolean): Cli =>
    ({ io: { env, stdin: { isTTY }, stderr: { isTTY } } as unknown as Io }) as Cli;
  const env = { token: 'of the environment' };

  it('come from the environment by their names', async () => {
    expect(await secretsFrom(cli(env, false), flagsOf('--secret', 'token'))).toEqual(env);
  });

  it('are needed of a person where the package cannot do without, and only there', async () => {
    expect(await secretsFrom(cli(env, true), {}, DECLARED)).toEqual(env);
    expect(await secretsFrom(cli(env, true), {}, DECLARED, ['token'])).toEqual({});
    expect(await secretsFrom(cli(env, false), {}, DECLARED)).toEqual({});
  });
});

describe('an installed package', () => {
  const one = (id: string, name: string, server: string) => ({ id, name, server }) as InstalledPackage;
  const items = [one('z6MkA/notes', 'notes', 'notes'), one('z6MkB/notes', 'notes', 'notes-2')];

  it('is meant by its id, its name or its server, as long as one alone fits', () => {
    expect(findInstalled(items, 'z6MkA/notes')).toBe(items[0]);
    expect(findInstalled(items, 'notes-2')).toBe(items[1]);
    expect(findInstalled(items.slice(1), 'notes')).toBe(items[1]);
    expect(codeOf(() => findInstalled(items, 'notes'))).toBe('packages.not_installed');
    expect(codeOf(() => findInstalled(items, 'tally'))).toBe('packages.not_installed');
  });
});
