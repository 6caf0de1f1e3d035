/** The modern fixture as a program on its standard streams; with `--only`, it refuses the older handshake. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createModernFacts, createModernFixture } from './modern-fixture.ts';

const facts = createModernFacts();
serveStdio(
  () =>
    createModernFixture(facts, (server) => ({
      toolsChanged: () => void server.sendToolListChanged(),
      resourceUpdated: (uri) => void server.sendResourceUpdated({ uri }),
    })),
  { legacy: process.argv.includes('--only') ? 'reject' : 'serve' },
);
