/** What is typed into the settings of a package, whether it will do, and what it stands for. Pure. */
import type { UserSetting } from '#shared/features/packages/manifest.ts';
import type { PackageSettings, SettingValue } from '#shared/features/packages/views.ts';

export type Settings = Readonly<Record<string, UserSetting>>;
/** As typed; `'true'` or `'false'`; several values one to a line. */
export type Drafts = Record<string, string>;

export interface SettingProblem {
  key: 'required' | 'number' | 'min' | 'max';
  limit?: number;
}

export interface ReadSettings {
  settings: PackageSettings;
  secretValues: Record<string, string>;
}

/** Those that a package is tried with before it is published: for secrets something stands in. */
export const withoutSecrets = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, { sensitive }]) => !sensitive));

const asText = (value: SettingValue | undefined): string =>
  Array.isArray(value) ? value.join('\n') : value === undefined ? '' : String(value);

/** What the fields hold at first: what is set already, else the publisher's proposal. Secrets are never told. */
export const draftsOf = (settings: Settings, values: PackageSettings): Drafts =>
  Object.fromEntries(
    Object.entries(settings).map(([key, { default: proposed, sensitive, type }]) => [
      key,
      sensitive ? '' : asText(values[key] ?? proposed) || (type === 'boolean' ? 'false' : ''),
    ]),
  );

/** @param isSet whether a secret is in the keystore already: then an empty field leaves it as it is. */
export function problemOf(setting: UserSetting, draft: string, isSet: boolean): SettingProblem | undefined {
  const text = draft.trim();
  if (text === '') return setting.required && !isSet ? { key: 'required' } : undefined;
  if (setting.type !== 'number') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return { key: 'number' };
  if (setting.min !== undefined && value < setting.min) return { key: 'min', limit: setting.min };
  if (setting.max !== undefined && value > setting.max) return { key: 'max', limit: setting.max };
  return undefined;
}

/** Only for drafts without problems. What is empty is left out. */
export function readDrafts(settings: Settings, drafts: Drafts): ReadSettings {
  const read: ReadSettings = { settings: {}, secretValues: {} };
  for (const [key, setting] of Object.entries(settings)) {
    const draft = drafts[key] ?? '';
    if (draft.trim() === '') continue;
    if (setting.sensitive) read.secretValues[key] = draft;
    else read.settings[key] = valueOf(setting, draft);
  }
  return read;
}

function valueOf({ multiple, type }: UserSetting, draft: string): SettingValue {
  if (type === 'boolean') return draft === 'true';
  if (type === 'number') return Number(draft.trim());
  if (!multiple) return draft.trim();
  return draft
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
