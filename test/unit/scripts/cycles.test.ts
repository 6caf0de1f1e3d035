import { expect, it } from 'vitest';
import { cycles } from '#scripts/check/cycles.ts';
import { findingsOf } from './fixture.ts';

it('names a circle once, at the import that closes it', async () => {
  const found = await findingsOf(cycles, {
    'src-main/node/a.ts': "import './b.ts';",
    'src-main/node/b.ts': "\nimport './c.ts';",
    'src-main/node/c.ts': "\n\nexport { a } from '#main/node/a.ts';",
    'src-main/node/d.ts': "import './a.ts';",
  });
  expect(found).toEqual([
    'src-main/node/c.ts:3 closes a circle: src-main/node/a.ts → src-main/node/b.ts → src-main/node/c.ts → src-main/node/a.ts',
  ]);
});

it('sees circles that a dynamic import closes, and a module that imports itself', async () => {
  const found = await findingsOf(cycles, {
    'src-main/node/a.ts': "import './b.ts';",
    'src-main/node/b.ts': "await import('./a.ts');",
    'src-main/node/c.ts': "import './c.ts';",
  });
  expect(found).toHaveLength(2);
});

it('leaves out what is gone at run time', async () => {
  const found = await findingsOf(cycles, {
    'src-main/node/a.ts': "import { b } from './b.ts';",
    'src-main/node/b.ts': "import type { A } from './a.ts';\nimport { type B } from './a.ts';",
  });
  expect(found).toEqual([]);
});

it('visits what several modules share only once', async () => {
  const found = await findingsOf(cycles, {
    'src-main/node/a.ts': "import './b.ts';\nimport './c.ts';",
    'src-main/node/b.ts': "import './d.ts';",
    'src-main/node/c.ts': "import './d.ts';",
    'src-main/node/d.ts': '',
  });
  expect(found).toEqual([]);
});
