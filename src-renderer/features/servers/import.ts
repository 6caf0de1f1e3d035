/** What is taken over from elsewhere: where it comes from, what is in it, and what is still missing. Pure. */
import type { z } from 'zod';
import type { serversContract } from '#shared/features/servers/contract.ts';

export type ImportPreview = z.output<(typeof serversContract)['servers.previewImport']['output']>;
export type ImportItem = ImportPreview['items'][number];
export type ImportSource = { text: string } | { path: string };

/** A longer file is no configuration, and is not read at all. */
export const LONGEST_FILE = 1_048_576;

/** Values of secrets that a person typed: server → name → value. */
export type Values = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Can be added now, or once what is missing is typed. */
export const isPossible = ({ config, missing = [], problem }: ImportItem): boolean =>
  config !== undefined && (problem === undefined || missing.length > 0);

/** Of the chosen ones, those for which something is still missing. */
export const incomplete = (
  items: readonly ImportItem[],
  names: readonly string[],
  values: Values,
): string[] =>
  items
    .filter(
      ({ name, missing = [] }) => names.includes(name) && missing.some((secret) => !values[name]?.[secret]),
    )
    .map(({ name }) => name);

export const sourceText = ({ transport }: NonNullable<ImportItem['config']>): string =>
  transport.type === 'stdio' ? [transport.command, ...transport.args].join(' ') : transport.url;
