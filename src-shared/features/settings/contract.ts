import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

export const settingViewSchema = z.object({
  key: z.string(),
  /** JSON Schema of the value, for the form. */
  schema: z.record(z.string(), z.unknown()),
  value: z.unknown(),
  defaultValue: z.unknown(),
  /** Where the value in force comes from; only `file` and `default` can be changed here. */
  source: z.enum(['default', 'file', 'environment', 'flag']),
  /** Takes effect at the next start only. */
  needsRestart: z.boolean(),
  /** It was changed since the start, and the running node does not know yet. */
  restartPending: z.boolean(),
  /** The environment variable that decides over it. */
  variable: z.string(),
});

export const settingsContract = {
  'settings.list': query(
    'All settings with their values and where these come from.',
    z.object({}),
    z.object({ items: z.array(settingViewSchema) }),
  ),
  'settings.set': command(
    'Changes one setting.',
    z.object({ key: z.string(), value: z.unknown() }),
    settingViewSchema,
  ),
  'settings.reset': command(
    'Returns one setting to its default.',
    z.object({ key: z.string() }),
    settingViewSchema,
  ),
};
