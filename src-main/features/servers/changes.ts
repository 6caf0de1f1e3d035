/** What a change makes of a server's configuration. Pure; `create-servers.ts` carries it out. */
import { type ServerConfig, serverConfigSchema } from '#shared/features/servers/config.ts';
import type { ServerChange } from '#shared/features/servers/contract.ts';

/** The configuration after the change. Throws `ZodError` where the whole is not valid. */
export function changedConfig(before: ServerConfig, change: ServerChange): ServerConfig {
  const { rename, removeSecrets, secretValues, title, description, ...parts } = change;
  const kept = before.secrets.filter((name) => !removeSecrets.includes(name));
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return serverConfigSchema.parse({
    ...before,
    ...given,
    title: emptied(title, before.title),
    description: emptied(description, before.description),
    name: rename ?? before.name,
    secrets: [...new Set([...kept, ...Object.keys(secretValues)])],
  });
}

const emptied = (next: string | undefined, before: string | undefined): string | undefined =>
  next === undefined ? before : next.trim() || undefined;

/** Whether the server must be started anew for it: anything but words about it, and its name. */
export function needsStart(before: ServerConfig, after: ServerConfig, change: ServerChange): boolean {
  const run = ({ transport, env, secrets, interaction }: ServerConfig) =>
    JSON.stringify([transport, Object.entries(env).sort(), [...secrets].sort(), interaction]);
  return Object.keys(change.secretValues).length > 0 || run(before) !== run(after);
}

/** Whether what was found out about the server holds for the new configuration too. */
export const sameProgram = (before: ServerConfig, after: ServerConfig): boolean =>
  JSON.stringify([before.transport, before.interaction]) ===
  JSON.stringify([after.transport, after.interaction]);
