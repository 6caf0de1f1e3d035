/** The desktop application on a real Electron. `npm test -- desktop` builds first and finds runtime and display. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../../../test-results/desktop',
  // Each application is half a dozen processes.
  workers: 1,
  timeout: 60_000,
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
});
