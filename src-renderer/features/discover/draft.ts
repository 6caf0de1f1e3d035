/** What adding a listed server still needs from a person, and the request that follows. Pure. */
import type { z } from 'zod';
import type { serversContract } from '#shared/features/servers/contract.ts';

export type Candidate = z.output<
  (typeof serversContract)['servers.previewImport']['output']
>['items'][number];
export type ServerRequest = z.input<(typeof serversContract)['servers.add']['input']>;

/** Names of values that the listing asks for and does not give. */
export function missingValues({ config }: Candidate): string[] {
  return (config?.secrets ?? []).filter((name) => config?.secretValues?.[name] === undefined);
}

/** The one line that will run, or the address that will be asked; values of secrets stand as `${NAME}`. */
export function whatRuns({ config }: Candidate): string {
  if (!config) return '';
  if (config.transport.type === 'http') return config.transport.url;
  return [config.transport.command, ...config.transport.args].join(' ');
}

/** `undefined` while a value is missing. */
export function requestOf(
  candidate: Candidate,
  { name, values }: { name: string; values: Readonly<Record<string, string>> },
): ServerRequest | undefined {
  if (!candidate.config || missingValues(candidate).some((key) => !values[key])) return undefined;
  const { secretValues = {}, ...config } = candidate.config;
  return { ...config, name, secretValues: { ...secretValues, ...values } };
}
