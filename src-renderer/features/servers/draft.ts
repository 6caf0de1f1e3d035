/** What is typed into the dialog, and the request it becomes. */
import type { z } from 'zod';
import type { serversContract } from '#shared/features/servers/contract.ts';
import { SERVER_NAME } from '#shared/kernel/ids.ts';
import { splitCommandLine, suggestName } from './command-line.ts';

/** An environment variable or header. A secret one goes to the keystore and is never shown again. */
export interface Variable {
  name: string;
  value: string;
  secret: boolean;
}

export interface ServerDraft {
  kind: 'stdio' | 'http';
  commandLine: string;
  url: string;
  /** Absent until the person types one: then it follows from the source. */
  name?: string;
  variables: Variable[];
}

export type AddRequest = z.input<(typeof serversContract)['servers.add']['input']>;

export const emptyDraft = (): ServerDraft => ({ kind: 'stdio', commandLine: '', url: '', variables: [] });

export const isServerName = (name: string): boolean => SERVER_NAME.test(name);

/** `undefined` while something is missing or wrong. */
export function requestOf(draft: ServerDraft & { name: string }): AddRequest | undefined {
  if (!isServerName(draft.name)) return undefined;
  const transport = transportOf(draft);
  if (!transport) return undefined;
  const named = draft.variables.filter((variable) => variable.name !== '');
  const pick = (secret: boolean) =>
    Object.fromEntries(
      named.filter((variable) => variable.secret === secret).map(({ name, value }) => [name, value]),
    );
  const secretValues = pick(true);
  return { name: draft.name, transport, env: pick(false), secrets: Object.keys(secretValues), secretValues };
}

function transportOf(draft: ServerDraft): AddRequest['transport'] | undefined {
  if (draft.kind === 'http') {
    return /^https?:/.test(draft.url) && URL.canParse(draft.url)
      ? { type: 'http', url: draft.url }
      : undefined;
  }
  const line = splitCommandLine(draft.commandLine);
  return line && { type: 'stdio', ...line };
}

/** A name that follows from the source, until the person types one. */
export function suggestion(draft: ServerDraft): string {
  if (draft.kind === 'http') return draft.url ? suggestName({ url: draft.url }) : '';
  const line = splitCommandLine(draft.commandLine);
  return line ? suggestName(line) : '';
}

/** Whether command or address are missing or wrong. */
export const sourceProblem = (draft: ServerDraft): boolean => transportOf(draft) === undefined;
