import { defineConfig } from 'vitest/config';

/** The nightly profile runs the same suites for longer. */
const patience = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly' ? 20 : 1;

/**
 * Suites with real processes on shared cores get a second try where nobody watches. It tells a slow machine from a fault,
 * and the results name every test that needed it.
 */
const retry = process.env['CI'] === undefined ? 0 : 1;

const project = (name: string, timeoutMs: number, { hasProcesses = false } = {}) => ({
  test: {
    name,
    retry: hasProcesses ? retry : 0,
    setupFiles: ['test/support/properties.ts'],
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
      project('integration', 60_000, { hasProcesses: true }),
      project('sim', 60_000),
      project('conformance', 120_000, { hasProcesses: true }),
    ],
  },
});
