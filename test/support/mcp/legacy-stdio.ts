/** The legacy fixture as a program on its standard streams. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createLegacyFixture } from './legacy-fixture.ts';

await createLegacyFixture().connect(new StdioServerTransport());
