/** How a slice describes its settings: one zod schema with a default each, from which everything else follows. */
import { z } from 'zod';

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Gives the default for `undefined`. Its `describe` text is shown beside the field. */
  schema: Schema;
  needsRestart: boolean;
}

/** `<slice>.<name>` → setting; the parts of all slices are joined at the composition root. */
export type SettingsSchema = Record<string, Setting>;

export type SettingValue<S extends Setting> = z.output<S['schema']>;

/** @param options.needsRestart whether a change takes effect at the next start only (default) */
export const setting = <Schema extends z.ZodType>(
  schema: Schema,
  { needsRestart = true }: { needsRestart?: boolean } = {},
): Setting<Schema> => ({ schema, needsRestart });

/** `relay.maxResultBytes` → `TOOLSWARM_RELAY_MAX_RESULT_BYTES`. */
export const variableOf = (key: string): string =>
  `TOOLSWARM_${key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;

/** JSON Schema of what may be given, for the form. */
export function formSchemaOf({ schema }: Setting): Record<string, unknown> {
  const { $schema: _, ...form } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return form;
}

const BOOLEANS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/**
 * The value that a text from the environment or a command line stands for: text for strings, lists separated by commas
 * (or JSON), `yes` and `no` for flags. What does not fit stays text, for the schema to refuse.
 */
export function valueOfText(setting: Setting, text: string): unknown {
  const { type } = formSchemaOf(setting);
  if (type === 'string') return text;
  if (type === 'boolean') return BOOLEANS[text.trim().toLowerCase()] ?? text;
  const json = parseJson(text);
  if (type !== 'array' || Array.isArray(json)) return json ?? text;
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Plain text: the caller takes it as such.
    return undefined;
  }
}
