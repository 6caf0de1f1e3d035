/** Signs the manifests of a release, so that the application believes them (src-main/shells/desktop/updater-feed.ts). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64Url, toBase64Url } from '#shared/kernel/bytes.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { createSigner } from '#main/platform/crypto.ts';
import { releaseMessage } from '#main/shells/desktop/updater-feed.ts';

/** The environment variable with the publisher's seed: 32 bytes, base64url. */
export const KEY_VARIABLE = 'TOOLSWARM_RELEASE_KEY';

/**
 * Writes `<manifest>.sig` beside every `latest*.yml` of a folder.
 * @returns the key by which they are verified, as people type it into the settings.
 */
export function signManifests(folder: string, seed: string): string {
  const signer = createSigner(fromBase64Url(seed));
  for (const name of readdirSync(folder).filter((file) => /^latest.*\.yml$/.test(file))) {
    const manifest = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, `${name}.sig`), `${toBase64Url(signer.sign(releaseMessage(manifest)))}\n`);
  }
  return providerIdOf(signer.publicKey);
}
