/**
 * `npm run bench -- sim`: what a node costs in simulated worlds of 100, 1,000 and 10,000 nodes, how far a lookup goes, how
 * entries spread through churn and partitions, and what calls are worth on a bad line.
 */
import { measureHealing } from './sim/healing.ts';
import { measureLookups } from './sim/lookups.ts';
import { measureScale } from './sim/scale.ts';
import { measureSlowLink } from './sim/slow-link.ts';
import { type Figure, report } from './support/report.ts';

/** `--sizes 100,1000` leaves out what takes long. */
const sizes = (process.argv.find((_, at, all) => all[at - 1] === '--sizes') ?? '100,1000,10000')
  .split(',')
  .map(Number);

const figures: Figure[] = [
  ...(await measureSlowLink()),
  ...(await measureHealing()),
  ...measureLookups([100, 1000, 10_000, 100_000, 1_000_000]),
  ...(await measureScale(sizes)),
];
process.exit(report('sim', figures) ? 0 : 1);
