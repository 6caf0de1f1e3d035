/** A process that hosts a node as the desktop does, for tests that kill it. Prints the node's state as JSON lines. */
import { createTestHost } from './node-host.ts';

const host = createTestHost({ dataDir: process.argv[2] ?? '' });
host.subscribe((state) => console.log(JSON.stringify(state)));
await host.start();
// Keeps the process, whatever becomes of the node.
setInterval(() => undefined, 1_000);
