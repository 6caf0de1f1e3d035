import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMerging } from '#main/features/registry/lookup/merging.ts';
import type { FoundTool } from '#shared/features/registry/network-search.ts';

const tool = (id: string, change: Partial<FoundTool> = {}): FoundTool => ({
  id,
  providerId: 'z6Mk',
  server: 's',
  name: id,
  version: '1',
  fingerprint: 'f',
  tags: [],
  origin: 'network',
  state: 'pending',
  reachable: false,
  nodes: ['n'],
  warnings: [],
  relevance: 100,
  networks: ['public'],
  ...change,
});

const ids = (tools: readonly FoundTool[]) => tools.map(({ id }) => id);

describe('answers of many peers', () => {
  it('become one: each tool once, the best first, and counts of who was asked', () => {
    const merging = createMerging(10);
    for (const peer of ['a', 'b', 'b']) merging.asked(peer);
    merging.answered('a');
    merging.found(tool('x', { relevance: 10 }));
    merging.found(tool('y', { relevance: 90 }));
    merging.found(tool('x', { relevance: 10 }));
    merging.refused('no_manifest', 3);
    merging.declined('c', 'off');
    const step = merging.take();
    expect(ids(step.items)).toEqual(['y', 'x']);
    expect(step).toMatchObject({ asked: 2, answered: 1, refused: 3, done: false });
    expect(step).toMatchObject({ reasons: { no_manifest: 3 }, off: 1, busy: 0 });
    expect(merging.take().items).toEqual([]);
  });

  it('show a tool again only when it is seen better', () => {
    const merging = createMerging(10);
    merging.found(tool('x'));
    merging.take();
    merging.found(tool('x'));
    expect(merging.take().items).toEqual([]);
    merging.found(tool('x', { reachable: true }));
    expect(ids(merging.take().items)).toEqual(['x']);
    merging.found(tool('x', { reachable: true, nodes: ['n', 'm'] }));
    expect(ids(merging.take().items)).toEqual(['x']);
  });

  it('leave room for others beside a provider who answers first with whatever was asked for', () => {
    const merging = createMerging(8);
    for (let n = 0; n < 20; n++) merging.found(tool(`spam${n}`, { providerId: 'loud', relevance: 1000 }));
    expect(merging.full.aborted).toBe(false);
    expect(merging.take().items).toHaveLength(3);
    merging.found(tool('honest', { providerId: 'quiet' }));
    expect(ids(merging.take().items)).toEqual(['honest']);
    merging.end();
    expect(merging.take().items).toHaveLength(4);
  });

  it('stop the search once there are enough', () => {
    const merging = createMerging(2);
    merging.found(tool('x'));
    expect(merging.full.aborted).toBe(false);
    merging.found(tool('y'));
    merging.found(tool('z'));
    expect(merging.full.aborted).toBe(true);
    expect(ids(merging.take().items)).toEqual(['x', 'y']);
  });

  it('lose nothing, whenever they are read', () => {
    const event = fc.oneof(fc.constant('read'), fc.stringMatching(/^[a-h]$/));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const merging = createMerging(100);
        const read: string[] = [];
        for (const one of events)
          if (one === 'read') read.push(...ids(merging.take().items));
          else merging.found(tool(one));
        read.push(...ids(merging.take().items));
        const given = events.filter((one) => one !== 'read');
        expect(read.sort()).toEqual([...new Set(given)].sort());
      }),
    );
  });
});
