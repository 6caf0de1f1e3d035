/** `npm run bench -- node`: how quickly a node starts and what it needs, from the bundle. */
import { measureNode } from './node/footprint.ts';
import { report } from './support/report.ts';

process.exit(report('node', await measureNode()) ? 0 : 1);
