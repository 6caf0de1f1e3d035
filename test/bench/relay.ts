/** `npm run bench -- relay`: what a call from node to node costs. Each module measures one part of the way. */
import { measureFullPath } from './relay/full-path.ts';
import { measurePolicy } from './relay/policy.ts';
import { measureTransport } from './relay/transport.ts';
import { type Figure, report } from './support/report.ts';

const modules: Array<() => Promise<Figure[]>> = [measurePolicy, measureTransport, measureFullPath];

const figures: Figure[] = [];
for (const measure of modules) figures.push(...(await measure()));
process.exit(report('relay', figures) ? 0 : 1);
