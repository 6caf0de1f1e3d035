/**
 * `npm run bench -- packages`: how fast packages come, how long they take to install and to go back from, and what the
 * sandbox costs.
 */
import { measureStore } from './packages/store.ts';
import { measureSandbox } from './packages/sandbox.ts';
import { measureSwarm } from './packages/swarm.ts';
import { report } from './support/report.ts';

// The clock of the product keeps no process alive.
const alive = setInterval(() => undefined, 1_000);
const figures = [...(await measureSwarm()), ...(await measureStore()), ...(await measureSandbox())];
clearInterval(alive);
process.exit(report('packages', figures) ? 0 : 1);
