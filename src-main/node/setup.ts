/** How far the first run has come. Kept, so that it can be left and taken up again, in another window as well. */
import {
  advanceSetup,
  type Setup,
  type setupContract,
  setupSchema,
  setupSteps,
} from '#shared/features/node/setup.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';

export const setupMigrations: readonly Migration[] = [
  {
    slice: 'setup',
    version: 1,
    up: `CREATE TABLE setup (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      state TEXT NOT NULL
    ) STRICT`,
  },
];

export interface SetupDeps {
  db: Database;
  /** Whether somebody used this node before there was a first run; asked once, at its very first start with one. */
  wasUsed(): boolean;
}

const BEGINNING: Setup = { finished: false, step: setupSteps[0], completed: [] };

/** Serves `setup.*`. */
export function createSetupHandlers({ db, wasUsed }: SetupDeps): Handlers<typeof setupContract> {
  const select = db.prepare<[], { state: string }>('SELECT state FROM setup');
  const insert = db.prepare('INSERT OR REPLACE INTO setup (only, state) VALUES (1, ?)');

  function write(setup: Setup): Setup {
    insert.run(JSON.stringify(setup));
    return setup;
  }
  function read(): Setup {
    const row = select.get();
    return row ? setupSchema.parse(JSON.parse(row.state)) : write({ ...BEGINNING, finished: wasUsed() });
  }

  read();
  return {
    'setup.get': read,
    'setup.advance': ({ step, completed }) => write(advanceSetup(read(), step, completed)),
    'setup.finish': () => write({ ...read(), finished: true }),
    'setup.restart': () => write(BEGINNING),
  };
}
