/**
 * The official conformance suites against the endpoint of a whole node, with a fixture of each era behind it: what the
 * revisions 2026-07-28 and 2025-11-25 require, and the older suite that clients of 2025 were built against.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type FixtureEra, startConformanceNode } from './support/node.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CURRENT = pathOf('../../node_modules/@modelcontextprotocol/conformance/dist/index.js');
const OLDER = pathOf('../../node_modules/conformance-2025/dist/index.js');
const LIMIT = { timeout: 300_000 };

/** Runs a suite to its end; the outcome names what failed. */
function run(suite: string, args: string[], results: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [suite, 'server', ...args, '--output-dir', results]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.slice(-6_000) }));
  });
}

/**
 * Runs a suite against a node of its own, once more where it failed: the suites wait half a second for an answer, and a
 * server's process for another kind of client may take longer to start on a busy machine. The second time it runs already.
 */
async function outcomeOf(era: FixtureEra, suite: string, argsFor: (url: string) => string[]) {
  const results = await mkdtemp(join(tmpdir(), 'conformance-results-'));
  const node = await startConformanceNode(era);
  try {
    const first = await run(suite, argsFor(node.url), results);
    return first.code === 0 ? first : await run(suite, argsFor(node.url), results);
  } finally {
    await node.stop();
    await rm(results, { recursive: true, force: true });
  }
}

describe.each<FixtureEra>(['legacy', 'modern'])('with a %s server behind the endpoint', (era) => {
  it.each(['2026-07-28', '2025-11-25'])('meets the requirements of %s', LIMIT, async (revision) => {
    const expected = era === 'legacy' && revision === '2026-07-28' ? `${era}-${revision}` : 'none';
    const baseline = pathOf(`./expected/${expected}.yml`);
    const { code, output } = await outcomeOf(era, CURRENT, (url) => [
      ...['--url', url, '--requirements', revision],
      ...['--expected-failures', baseline],
    ]);
    expect(code, output).toBe(0);
  });

  it('passes the older suite', LIMIT, async () => {
    const { code, output } = await outcomeOf(era, OLDER, (url) => ['--url', url]);
    expect(code, output).toBe(0);
  });
});
