import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceSetup, type Setup, setupSteps } from '#shared/features/node/setup.ts';
import { createSetupHandlers, setupMigrations } from '#main/node/setup.ts';
import { memoryDatabase } from '#test/support/database.ts';

const context = { signal: new AbortController().signal };
const beginning: Setup = { finished: false, step: 'look', completed: [] };

describe('the first run', () => {
  it('begins at its first step, and remembers how far it came', async () => {
    const db = memoryDatabase(setupMigrations);
    const setup = createSetupHandlers({ db, wasUsed: () => false });
    expect(await setup['setup.get']({}, context)).toEqual(beginning);
    await setup['setup.advance']({ step: 'look', completed: true }, context);
    await setup['setup.advance']({ step: 'identity', completed: false }, context);
    const later = createSetupHandlers({ db, wasUsed: () => true });
    expect(await later['setup.get']({}, context)).toEqual({
      finished: false,
      step: 'connectivity',
      completed: ['look'],
    });
  });

  it('is over for a node that was used before there was one; asked once only', async () => {
    const db = memoryDatabase(setupMigrations);
    const setup = createSetupHandlers({ db, wasUsed: () => true });
    expect(await setup['setup.get']({}, context)).toMatchObject({ finished: true });
    expect(await setup['setup.restart']({}, context)).toEqual(beginning);
    const later = createSetupHandlers({ db, wasUsed: () => true });
    expect(await later['setup.get']({}, context)).toEqual(beginning);
    expect(await later['setup.finish']({}, context)).toMatchObject({ finished: true });
  });

  it('goes forward whatever is done or passed over, and completes what was done', () => {
    const step = fc.constantFrom(...setupSteps);
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean())), (moves) => {
        let setup = beginning;
        for (const [left, completed] of moves) setup = advanceSetup(setup, left, completed);
        const done = new Set(moves.filter(([, completed]) => completed).map(([left]) => left));
        expect(setup.completed).toEqual(setupSteps.filter((known) => done.has(known)));
        const last = moves.at(-1)?.[0];
        if (last) expect(setupSteps.indexOf(setup.step)).toBeGreaterThanOrEqual(setupSteps.indexOf(last));
      }),
    );
  });
});
