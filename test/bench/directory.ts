/** `npm run bench -- directory`: what it takes until a node knows, and finds, what others share. */
import { measureAnnounce } from './directory/announce.ts';
import { measureBudget } from './directory/budget.ts';
import { startCrowd, stopAll } from './directory/crowd.ts';
import { measureNetworkSearch } from './directory/network-search.ts';
import { measureReconcile } from './directory/reconcile.ts';
import { measureSearch } from './directory/search.ts';
import { type Figure, report } from './support/report.ts';

/** What fifty real nodes do with each other. */
async function measureCrowd(): Promise<Figure[]> {
  const nodes = await startCrowd();
  try {
    return [...(await measureAnnounce(nodes)), ...(await measureNetworkSearch(nodes))];
  } finally {
    await stopAll(nodes);
  }
}

const modules: Array<() => Promise<Figure[]>> = [
  async () => measureBudget(),
  measureReconcile,
  measureSearch,
  measureCrowd,
];

const figures: Figure[] = [];
for (const measure of modules) figures.push(...(await measure()));
process.exit(report('directory', figures) ? 0 : 1);
