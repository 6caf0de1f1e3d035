/** Keeps the secrets of this node's servers out of what it sends to peers, and counts what it kept. */
import { formsOf, mayHold, withoutSecrets } from '#shared/features/relay/redaction.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';

/** One call's: counts over everything that it sends. */
export interface SecretGuard {
  /** How many values were taken out so far. */
  readonly count: number;
  /** The message as it may leave, as an object and as bytes: one field of it is of the server, the rest is ours. */
  encode<T extends object>(message: T, field: keyof T): { message: T; bytes: Uint8Array };
  clean<T extends JsonValue>(value: T): T;
  error(error: McpError): McpError;
}

/** What secrets look like, made anew only where they changed: logins renew them. */
export function createSecretForms(secrets: () => Iterable<string>): () => readonly string[] {
  let known: readonly string[] = [];
  let forms: readonly string[] = [];
  return () => {
    const now = [...secrets()];
    const isSame = now.length === known.length && now.every((secret, place) => secret === known[place]);
    if (!isSame) forms = formsOf(now);
    known = now;
    return forms;
  };
}

/** @param formsNow what is looked for, asked once for each call */
export function createSecretGuard(formsNow: () => readonly string[]): SecretGuard {
  let known: readonly string[] | undefined;
  let count = 0;
  const forms = () => (known ??= formsNow());

  function clean<T extends JsonValue>(value: T, json: string): T {
    if (!mayHold(json, forms())) return value;
    const redacted = withoutSecrets(value, forms());
    count += redacted.count;
    return redacted.value;
  }

  return {
    get count() {
      return count;
    },
    encode<T extends object>(message: T, field: keyof T) {
      const json = JSON.stringify(message);
      const given = message[field] as JsonValue | undefined;
      const told = given === undefined ? given : clean(given, json);
      if (told === given) return { message, bytes: utf8(json) };
      const cleaned = { ...message, [field]: told };
      return { message: cleaned, bytes: utf8(JSON.stringify(cleaned)) };
    },
    clean: (value) => (forms().length === 0 ? value : clean(value, JSON.stringify(value))),
    error({ code, data, message }) {
      const told = { message, ...(data === undefined ? {} : { data }) } as JsonObject;
      const cleaned = clean(told, JSON.stringify(told)) as { message: string; data?: JsonValue };
      return new McpError(code, cleaned.message, cleaned.data);
    },
  };
}
