/** The legacy fixture as a program on its standard streams. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createLegacyFixture } from './legacy-fixture.ts';

await createLegacyFixture().connect(new StdioServerTransport());

// Ends late, as a program does that has much to put away.
if (process.argv.includes('--linger')) process.stdin.once('end', () => setTimeout(() => undefined, 600));
