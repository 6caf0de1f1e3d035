/** The authorization server whose tokens are taken: where its keys are, and the keys. */
import type { createRemoteJWKSet } from 'jose';
import { z } from 'zod';
import { issuerMetadataAddresses } from '#shared/features/servers/issuer-addresses.ts';
import { isSafeAddress } from '#shared/features/endpoint/oauth.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';

export type KeySet = ReturnType<typeof createRemoteJWKSet>;

export interface Issuer {
  /** Finds the key of a token. Rejects with `endpoint.issuer_unreachable` while the issuer was never reached. */
  keys(): Promise<KeySet>;
}

const metadataSchema = z.looseObject({ issuer: z.string(), jwks_uri: z.url().max(2048) });

const TIMEOUT_MS = 5_000;
/** An issuer that does not answer is not asked again for so long, however many tokens come. */
const RETRY_MS = 15_000;
/** Keys are looked up anew for an unknown key id at most this often, */
const COOLDOWN_MS = 30_000;
/** and after so long in any case. */
const KEYS_MS = 10 * 60_000;
const MAX_METADATA_BYTES = 256 * 1024;

export function createIssuer(
  deps: { clock: Pick<Clock, 'after' | 'monotonic'>; fetch?: typeof fetch },
  issuer: string,
): Issuer {
  const get = deps.fetch ?? fetch;
  let found: Promise<KeySet> | undefined;
  let failedAt: number | undefined;

  async function find(): Promise<KeySet> {
    const { createRemoteJWKSet, customFetch } = await import('jose');
    const { jwks_uri: address } = await describe();
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEYS_MS,
      [customFetch]: get,
    });
  }

  async function describe(): Promise<z.output<typeof metadataSchema>> {
    const url = new URL(issuer);
    for (const address of issuerMetadataAddresses(url)) {
      const document = await readJson(address);
      const parsed = metadataSchema.safeParse(document);
      // Its name must be the one that tokens are compared with, and its keys must not come over a line that others write on.
      if (parsed.success && parsed.data.issuer === issuer && isSafeAddress(parsed.data.jwks_uri))
        return parsed.data;
    }
    throw new Error('it describes itself nowhere, or under another name');
  }

  async function readJson(address: string): Promise<unknown> {
    const late = new AbortController();
    const timer = deps.clock.after(TIMEOUT_MS, () => late.abort());
    try {
      const headers = { accept: 'application/json' };
      const response = await get(address, { headers, redirect: 'error', signal: late.signal });
      if (response.status !== 200) return undefined;
      const text = await response.text();
      return text.length > MAX_METADATA_BYTES ? undefined : parseJson(text);
    } finally {
      timer.cancel();
    }
  }

  return {
    keys() {
      if (failedAt !== undefined && deps.clock.monotonic() - failedAt < RETRY_MS)
        return Promise.reject(unreachable(issuer));
      found ??= find().catch((cause: unknown) => {
        found = undefined;
        failedAt = deps.clock.monotonic();
        throw unreachable(issuer, cause);
      });
      return found;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // As good as no description: the next address is tried.
    return undefined;
  }
}

const unreachable = (issuer: string, cause?: unknown): AppError =>
  new AppError(
    'endpoint.issuer_unreachable',
    `The authorization server ${issuer} cannot be reached or used.`,
    {
      advice: 'Check its address in the settings, and whether it runs.',
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
    },
  );
