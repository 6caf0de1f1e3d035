/** `npm run bench -- relay`: what a call from node to node costs. Each module measures one part of the way. */
import { measureCached } from './relay/cached.ts';
import { measureFullPath } from './relay/full-path.ts';
import { measureNodes } from './relay/nodes.ts';
import { measurePolicy } from './relay/policy.ts';
import { measureTransport } from './relay/transport.ts';
import { type Figure, report } from './support/report.ts';

const modules: Record<string, () => Promise<Figure[]>> = {
  cached: measureCached,
  policy: measurePolicy,
  nodes: measureNodes,
  transport: measureTransport,
  'full-path': measureFullPath,
};
/** `--only nodes` leaves out the rest. */
const only = process.argv.find((_, index, all) => all[index - 1] === '--only');

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(modules))
  if (only === undefined || name === only) figures.push(...(await measure()));
process.exit(report('relay', figures) ? 0 : 1);
