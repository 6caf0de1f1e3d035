import { describe, expect, it } from 'vitest';
import { registryMigrations } from '#main/features/registry/index.ts';
import { createManifests } from '#main/features/registry/manifests.ts';
import type { Network } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { encodeManifest } from '#shared/features/registry/manifest.ts';
import { memoryDatabase } from '#test/support/database.ts';

const manifestOf = (server: string) =>
  encodeManifest({
    format: 'toolswarm-manifest/1',
    server,
    version: 'x'.repeat(1000),
    tools: [],
  });

describe('stored manifests', () => {
  it('give way when there are too many, the oldest first, and never those of own entries', () => {
    const own = manifestOf('own');
    // Nothing is fetched or served here.
    const network = {} as Network;
    const deps = { db: memoryDatabase(registryMigrations), network, clock: systemClock };
    const manifests = createManifests({ ...deps, ownHashes: () => [own.hash] }, { maxBytes: 5000 });
    const others = Array.from({ length: 10 }, (_, n) => manifestOf(`other${n}`));
    for (const { bytes, hash } of [own, ...others, own]) manifests.put(hash, bytes);
    const kept = others.filter(({ hash }) => manifests.get(hash) !== undefined);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(5);
    expect(kept.at(-1)).toBe(others.at(-1));
    expect(manifests.get(own.hash)?.manifest.server).toBe('own');
  });
});
