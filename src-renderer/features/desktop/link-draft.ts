/** What a link or a server.json says, as the form for a new server shows it. Pure. */
import type { z } from 'zod';
import type { LinkedServer } from '#shared/features/desktop/deep-links.ts';
import type { serversContract } from '#shared/features/servers/contract.ts';
import type { ServerDraft } from '../servers/index.ts';

type Candidate = z.output<(typeof serversContract)['servers.previewImport']['output']>['items'][number];
type Transport = LinkedServer['transport'];

/** Names of variables whose values belong into the keystore. */
const SECRET = /(key|token|secret|passw|auth|credential)/i;

export function draftOfLink({ name, transport, env }: LinkedServer): ServerDraft {
  const variables = Object.entries(env).map(([key, value]) => ({
    name: key,
    value,
    secret: SECRET.test(key),
  }));
  return { ...sourceOf(transport), ...(name ? { name: asServerName(name) } : {}), variables };
}

/** Values that the description asks for and does not give are empty fields; undefined where it cannot run here. */
export function draftOfCandidate({ name, config }: Candidate): ServerDraft | undefined {
  if (!config) return undefined;
  const { transport, env, secrets, secretValues = {} } = config;
  const plain = Object.entries(env).map(([key, value]) => ({ name: key, value, secret: false }));
  const hidden = secrets.map((key) => ({ name: key, value: secretValues[key] ?? '', secret: true }));
  return { ...sourceOf(transport), name, variables: [...plain, ...hidden] };
}

const sourceOf = (transport: Transport): Pick<ServerDraft, 'kind' | 'commandLine' | 'url'> =>
  transport.type === 'http'
    ? { kind: 'http', commandLine: '', url: transport.url }
    : { kind: 'stdio', commandLine: joinCommandLine([transport.command, ...transport.args]), url: '' };

/** One line that the form takes apart into the same words again. */
export const joinCommandLine = (words: readonly string[]): string => words.map(quoted).join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./${}-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`;

/** What strangers call a server, in the letters that names have here; the person may change it. */
const asServerName = (text: string): string =>
  (text.split('/').at(-1) ?? text)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 31);
