/** `npm run bench -- p2p`: what sixty connections cost a node on which nobody calls anything, from the bundle. */
import { measureIdle } from './p2p/idle.ts';
import { report } from './support/report.ts';

process.exit(report('p2p', await measureIdle()) ? 0 : 1);
