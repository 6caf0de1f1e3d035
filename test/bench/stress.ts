/** `npm run bench -- stress`: a node that is asked three times what it can do, nine tenths of it by one of twenty. */
import { measureOverload } from './stress/overload.ts';
import { report } from './support/report.ts';

process.exit(report('stress', await measureOverload()) ? 0 : 1);
