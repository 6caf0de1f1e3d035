/** What is typed into the dialog, and the request it becomes. */
import type { z } from 'zod';
import type { ServerView, serversContract } from '#shared/features/servers/contract.ts';
import { SERVER_NAME } from '#shared/kernel/ids.ts';
import { joinCommandLine, splitCommandLine, suggestName } from './command-line.ts';

/** An environment variable or header. A secret one goes to the keystore and is never shown again. */
export interface Variable {
  name: string;
  value: string;
  secret: boolean;
  /** A secret that has a value already, which nobody is shown: left empty, it stays. */
  kept?: boolean;
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

/** A server as it is edited: besides what starts it, the words about it. */
export interface EditDraft extends ServerDraft {
  name: string;
  cwd: string;
  title: string;
  description: string;
  /** Separated by commas. */
  tags: string;
  interaction: ServerView['interaction'];
}

type ChangeRequest = z.input<(typeof serversContract)['servers.update']['input']>;

export function draftOf(server: ServerView): EditDraft {
  const { env, secrets, transport } = server;
  return {
    name: server.name,
    title: server.title ?? '',
    description: server.description ?? '',
    tags: server.tags.join(', '),
    interaction: server.interaction,
    kind: transport.type === 'http' ? 'http' : 'stdio',
    commandLine: transport.type === 'stdio' ? joinCommandLine(transport) : '',
    cwd: transport.type === 'stdio' ? (transport.cwd ?? '') : '',
    url: transport.type === 'http' ? transport.url : '',
    variables: [
      ...Object.entries(env).map(([name, value]) => ({ name, value, secret: false })),
      ...secrets.map((name) => ({ name, value: '', secret: true, kept: true })),
    ],
  };
}

/** What has to change for the server to be as the draft says; `undefined` while something is missing or wrong. */
export function changeOf(draft: EditDraft, server: ServerView): ChangeRequest | undefined {
  const source = transportOf(draft);
  if (!source || !isServerName(draft.name)) return undefined;
  const transport =
    source.type === 'stdio' && draft.cwd.trim() !== '' ? { ...source, cwd: draft.cwd.trim() } : source;
  const named = draft.variables.filter(({ name }) => name !== '');
  const secrets = named.filter(({ secret }) => secret);
  const stays = new Set(secrets.map(({ name }) => name));
  return {
    name: server.name,
    ...(draft.name === server.name ? {} : { rename: draft.name }),
    transport,
    env: Object.fromEntries(named.filter(({ secret }) => !secret).map(({ name, value }) => [name, value])),
    interaction: draft.interaction,
    title: draft.title,
    description: draft.description,
    tags: tagsIn(draft.tags),
    secretValues: Object.fromEntries(
      secrets.filter(({ kept, value }) => !kept || value !== '').map(({ name, value }) => [name, value]),
    ),
    removeSecrets: server.secrets.filter((name) => !stays.has(name)),
  };
}

const LONGEST_TAG = 40;
const MOST_TAGS = 16;

export const tagsIn = (text: string): string[] =>
  [...new Set(text.split(/[,،]/).map((tag) => tag.trim().slice(0, LONGEST_TAG)))]
    .filter(Boolean)
    .slice(0, MOST_TAGS);
