/**
 * A feed of releases: the folder that electron-builder publishes, and beside its manifest (`latest-linux.yml`, …) our own
 * signature, `<manifest>.sig`. The manifest names the version and the hash of every file, so one signature covers all;
 * nothing of it is believed before the signature is verified.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { concatBytes, fromBase64Url, utf8 } from '#shared/kernel/bytes.ts';
import { verifyEd25519 } from '#shared/kernel/ed25519.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { providerKeyOf } from '#shared/kernel/ids.ts';

/** Reads a text of at most `most` bytes. Throws `desktop.unreachable`. */
export type FetchText = (url: string, options: { signal: AbortSignal; most: number }) => Promise<string>;

export interface Feed {
  /** Folder of the releases, with a slash at its end. */
  url: string;
  /** `z6Mk…` */
  publicKey: string;
}

/** Of a manifest or a signature. */
const MAX_MANIFEST_BYTES = 262_144;

/** Keeps a signature over a manifest from being taken for one over anything else that the same key signs. */
const DOMAIN = utf8('toolswarm-release/1\n');

/** What is signed: the domain, then the manifest's bytes as they are. */
export const releaseMessage = (manifest: string): Uint8Array => concatBytes(DOMAIN, utf8(manifest));

const manifestSchema = z.looseObject({
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/),
  files: z
    .array(
      z.looseObject({
        // A name in the feed's own folder, never an address of its own.
        url: z.string().regex(/^[\w.-]+$/),
        sha512: z.base64(),
        size: z.number().optional(),
      }),
    )
    .min(1)
    .max(32),
});
export type ReleaseManifest = z.output<typeof manifestSchema>;

/** Checks what a person typed. Throws `desktop.bad_feed` or `desktop.bad_key`. */
export function checkFeed({ url, publicKey }: Feed): Feed {
  const parsed = URL.parse(url);
  const isLocal = parsed?.hostname === '127.0.0.1' || parsed?.hostname === 'localhost';
  if (!parsed || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLocal))) throw badFeed();
  parsed.search = '';
  parsed.hash = '';
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  try {
    providerKeyOf(publicKey);
  } catch (cause) {
    throw badKey(cause);
  }
  return { url: parsed.href, publicKey };
}

/** The manifest of that name, verified. Throws `desktop.update_unsigned`, `desktop.update_malformed`, `desktop.unreachable`. */
export async function readManifest(
  { url, publicKey }: Feed,
  name: string,
  fetchText: FetchText,
  signal: AbortSignal,
): Promise<ReleaseManifest> {
  const read = (file: string) => fetchText(new URL(file, url).href, { signal, most: MAX_MANIFEST_BYTES });
  const [manifest, signature] = await Promise.all([read(name), read(`${name}.sig`)]);
  if (!isSigned(manifest, signature, publicKey)) throw unsigned();
  const parsed = manifestSchema.safeParse(parse(manifest));
  if (!parsed.success) throw malformed(parsed.error);
  return parsed.data;
}

function isSigned(manifest: string, signature: string, publicKey: string): boolean {
  try {
    return verifyEd25519(providerKeyOf(publicKey), fromBase64Url(signature.trim()), releaseMessage(manifest));
  } catch {
    return false; // not a signature at all
  }
}

const badFeed = (): AppError =>
  new AppError('desktop.bad_feed', 'This is not the address of a feed of updates.', {
    advice: 'Give an address that starts with https://.',
  });

const badKey = (cause: unknown): AppError =>
  new AppError('desktop.bad_key', 'This is not the key of a publisher.', {
    advice: 'A key starts with z6Mk; copy it whole from the place where the feed is announced.',
    cause,
  });

const unsigned = (): AppError =>
  new AppError('desktop.update_unsigned', 'The update does not carry the signature of its publisher.', {
    advice: 'Nothing was installed. Do not fetch it by hand either; ask its publisher.',
  });

const malformed = (cause: unknown): AppError =>
  new AppError('desktop.update_malformed', 'The description of the update cannot be read.', {
    advice: 'Nothing was installed. Tell its publisher.',
    cause,
  });
