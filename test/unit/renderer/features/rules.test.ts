import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotationWords } from '../../../../src-renderer/features/catalog/rules.ts';
import { httpSnippet, shellLine, stdioSnippet } from '../../../../src-renderer/features/clients/snippets.ts';
import { pickPositions } from '../../../../src-renderer/features/identity/positions.ts';
import { byImportance } from '../../../../src-renderer/features/peers/rules.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { busyWorld } from '#test/support/renderer/world.ts';

const world = busyWorld(1_800_000_000_000);

describe('the catalog', () => {
  it('says of annotations what MCP says they mean', () => {
    expect(annotationWords(undefined)).toEqual(['unknown']);
    expect(annotationWords({ readOnlyHint: true, destructiveHint: true })).toEqual(['destructive']);
    expect(annotationWords({ destructiveHint: false, idempotentHint: true })).toEqual([
      'additive',
      'idempotent',
    ]);
    expect(annotationWords({ destructiveHint: true, openWorldHint: true })).toEqual([
      'destructive',
      'openWorld',
    ]);
    expect(annotationWords({ readOnlyHint: 'yes' })).toEqual(['unknown']);
  });
});

describe('peers', () => {
  it('puts who is connected and known first, who is blocked last', () => {
    const states = byImportance(world.peers).map(({ connected, blocked }) =>
      blocked ? 'blocked' : connected,
    );
    expect(states).toEqual([true, true, true, false, 'blocked']);
  });
});

describe('the recovery phrase', () => {
  it('asks for different positions within the phrase', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3, max: 24 }), (seed, length) => {
        const picked = pickPositions(createSeededRandom(seed), 3, length);
        expect(new Set(picked).size).toBe(3);
        expect(picked.every((position) => position >= 1 && position <= length)).toBe(true);
      }),
    );
  });
});

describe('snippets for AI clients', () => {
  it('quote for a shell only what needs it', () => {
    expect(shellLine({ command: 'npx', args: ['toolswarm', 'mcp'] })).toBe('npx toolswarm mcp');
    expect(shellLine({ command: '/opt/My App/run', args: ["it's"] })).toBe(`'/opt/My App/run' 'it'\\''s'`);
  });

  it('are JSON, and show no token', () => {
    expect(JSON.parse(stdioSnippet({ command: 'a', args: ['b'] }))).toEqual({
      mcpServers: { toolswarm: { command: 'a', args: ['b'] } },
    });
    expect(httpSnippet('http://127.0.0.1:7420/mcp')).toContain('Bearer <token>');
  });
});
