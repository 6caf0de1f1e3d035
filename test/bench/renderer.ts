/**
 * `npm run bench -- renderer`: what a person waits for in the dashboard, in the system's Chromium, with the in-memory node
 * behind the real web server in this very process: page, browser and node share the cores.
 */
import { measureBundle } from './renderer/bundle.ts';
import { openBrowser } from './renderer/browser.ts';
import { measureCatalog } from './renderer/catalog.ts';
import { measureEvents } from './renderer/events.ts';
import { measureMemory } from './renderer/memory.ts';
import { measureStart } from './renderer/start.ts';
import { report } from './support/report.ts';

const browser = await openBrowser();
const figures = [
  ...measureBundle(),
  ...(await measureStart(browser)),
  ...(await measureCatalog(browser)),
  ...(await measureEvents(browser)),
  ...(await measureMemory(browser)),
];
await browser.close();
process.exit(report('renderer', figures) ? 0 : 1);
