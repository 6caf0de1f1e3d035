/**
 * Settings, described once: each slice gives a zod schema with a default for each of its settings, and file, environment,
 * flags and form follow from it.
 *
 *     const settings = createSettings({ file, env: process.env, flags, log }, {
 *       'endpoint.port': setting(z.int().min(0).max(65_535).default(7420).describe('Port of MCP over HTTP.')),
 *     });
 *     settings.get('endpoint.port');                 // number
 *     settings.watch('relay.timeoutMs', (ms) => …);  // for settings that take effect at once
 *
 * Invariants: flag before environment (`TOOLSWARM_ENDPOINT_PORT`) before file before default. An invalid value anywhere
 * stops the start with the name of the key. Keys of other versions stay in the file.
 */
export { createSettingsHandlers } from './handlers.ts';
export { type Setting, type SettingsSchema, setting } from './setting.ts';
export { createSettings, type Settings } from './settings.ts';
