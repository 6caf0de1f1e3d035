import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import type { Log } from '#main/platform/log.ts';
import {
  formSchemaOf,
  type Setting,
  type SettingsSchema,
  type SettingValue,
  valueOfText,
  variableOf,
} from './setting.ts';
import { readSettingsFile, writeSettingsFile } from './settings-file.ts';

export type SettingSource = 'default' | 'file' | 'environment' | 'flag';

export interface SettingView {
  key: string;
  /** JSON Schema. */
  schema: Record<string, unknown>;
  value: unknown;
  defaultValue: unknown;
  source: SettingSource;
  needsRestart: boolean;
  /** Changed since the start, and only the next one takes notice. */
  restartPending: boolean;
  /** The environment variable that decides over it. */
  variable: string;
}

export interface Settings<S extends SettingsSchema> {
  /** The value in force: flag, else environment, else file, else default. */
  get<Key extends keyof S & string>(key: Key): SettingValue<S[Key]>;
  /** Calls `listener` with each new value until the returned function is called. */
  watch<Key extends keyof S & string>(key: Key, listener: (value: SettingValue<S[Key]>) => void): () => void;
  list(): SettingView[];
  /**
   * Writes one value into the file. Throws `settings.unknown`, `settings.invalid`, or `settings.overridden` where a flag
   * or the environment decides.
   */
  set(key: string, value: unknown): SettingView;
  /** Takes the value out of the file. Throws as {@link set}. */
  reset(key: string): SettingView;
}

export interface SettingsDeps {
  file: string;
  env: Record<string, string | undefined>;
  /** Values by key; texts are read as the environment's are. Absent or undefined: not given. */
  flags: Record<string, unknown>;
  log: Log;
}

interface InForce {
  value: unknown;
  source: SettingSource;
}

/** Throws `settings.invalid` naming the key and where it stands: a node never starts with silent defaults. */
export function createSettings<S extends SettingsSchema>(
  { file, env, flags, log }: SettingsDeps,
  schema: S,
): Settings<S> {
  const events = createEmitter<Record<string, unknown>>((error) => log.error({ error }, 'a listener failed'));
  const content = readSettingsFile(file);
  for (const key of Object.keys(content))
    if (!Object.hasOwn(schema, key)) log.warn({ key, file }, 'an unknown setting is kept but has no effect');
  const values = new Map(Object.keys(schema).map((key) => [key, inForce(key, content)]));
  const atStart = new Map([...values].map(([key, { value }]) => [key, value]));

  function inForce(key: string, content: JsonObject): InForce {
    const setting = schema[key] as Setting;
    const flag = flags[key];
    const variable = env[variableOf(key)];
    if (flag !== undefined) return check(key, setting, ofText(setting, flag), 'flag', `--${key}`);
    if (variable !== undefined)
      return check(key, setting, valueOfText(setting, variable), 'environment', variableOf(key));
    if (Object.hasOwn(content, key)) return check(key, setting, content[key], 'file', file);
    return check(key, setting, undefined, 'default', 'the defaults');
  }

  /** The file is read again: a person may have edited it meanwhile, and only one key changes here. */
  function write(key: string, change: (content: JsonObject) => void): SettingView {
    requireWritable(key);
    const content = readSettingsFile(file);
    change(content);
    const next = inForce(key, content);
    writeSettingsFile(file, content);
    values.set(key, next);
    events.emit(key, next.value);
    return view(key);
  }

  function requireWritable(key: string): void {
    const current = values.get(key);
    if (!current)
      throw new AppError('settings.unknown', `There is no setting called “${key.slice(0, 80)}”.`, {
        advice: 'List the settings to see their names.',
      });
    if (current.source === 'flag' || current.source === 'environment')
      throw new AppError(
        'settings.overridden',
        `${key} is set by ${current.source === 'flag' ? 'a flag' : variableOf(key)}.`,
        {
          advice: 'Start the node without it to change the setting here.',
        },
      );
  }

  function view(key: string): SettingView {
    const setting = schema[key] as Setting;
    const { value, source } = values.get(key) as InForce;
    const defaultValue = setting.schema.parse(undefined);
    return {
      key,
      schema: formSchemaOf(setting),
      value,
      defaultValue,
      source,
      needsRestart: setting.needsRestart,
      restartPending: setting.needsRestart && !isDeepStrictEqual(value, atStart.get(key)),
      variable: variableOf(key),
    };
  }

  return {
    get: (key) => values.get(key)?.value as never,
    watch: (key, listener) => events.on(key, listener as (value: unknown) => void),
    list: () => [...values.keys()].map(view),
    set: (key, value) => write(key, (content) => void (content[key] = value as JsonValue)),
    reset: (key) => write(key, (content) => void delete content[key]),
  };
}

const ofText = (setting: Setting, given: unknown): unknown =>
  typeof given === 'string' ? valueOfText(setting, given) : given;

function check(key: string, setting: Setting, value: unknown, source: SettingSource, where: string): InForce {
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, source };
  throw new AppError(
    'settings.invalid',
    `${key} in ${where} is not valid: ${z.prettifyError(parsed.error)}`,
    {
      advice: 'Correct it or take it out; the node does not start with a value you did not mean.',
      details: { key, source },
    },
  );
}
