import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdentity, identityMigrations } from '#main/features/identity/index.ts';
import { type Keystore, openKeystore } from '#main/platform/keystore.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Database, openDatabase } from '#main/platform/sqlite.ts';
import type { Random } from '#shared/kernel/random.ts';
import { createManualClock, type ManualClock } from './clock.ts';
import { createSeededRandom } from './random.ts';

/** A data folder with a real keystore and database in which identities are opened again and again. */
export interface IdentityBench {
  dir: string;
  clock: ManualClock;
  random: Random;
  keystore: Keystore;
  db: Database;
  /** A start: keystore read anew, identity on top. */
  open(concerns?: (providerId: string) => boolean): ReturnType<typeof createIdentity>;
  close(): void;
}

export function createIdentityBench(seed: string): IdentityBench {
  const dir = mkdtempSync(join(tmpdir(), 'identity-'));
  const clock = createManualClock();
  const random = createSeededRandom(seed);
  const db = openDatabase({ file: join(dir, 'node.db'), migrations: identityMigrations, now: 0 });
  const openKeys = () => openKeystore({ file: join(dir, 'keys.json'), random });
  const bench: IdentityBench = {
    dir,
    clock,
    random,
    db,
    keystore: openKeys(),
    open(concerns) {
      bench.keystore = openKeys();
      const deps = { keystore: bench.keystore, db, clock, random, log: silentLog };
      return createIdentity(deps, concerns ? { concerns } : {});
    },
    close() {
      db.close();
      rmSync(dir, { recursive: true });
    },
  };
  return bench;
}
