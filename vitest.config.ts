import { defineConfig } from 'vitest/config';

/** The nightly profile runs the same suites for longer. */
const patience = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly' ? 20 : 1;

const project = (name: string, timeoutMs: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    testTimeout: timeoutMs * patience,
    hookTimeout: timeoutMs * patience,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', 20_000),
      project('integration', 60_000),
      project('sim', 60_000),
      project('conformance', 120_000),
    ],
  },
});
