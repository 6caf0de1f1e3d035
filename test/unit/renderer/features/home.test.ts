import { describe, expect, it } from 'vitest';
import type { TrafficBucket } from '#shared/features/metrics/contract.ts';
import { healthOf, outwardOf, rowsOf, sumOf, worstOf } from '../../../../src-renderer/features/home/rules.ts';
import { isWholePath, starterRequest } from '../../../../src-renderer/features/welcome/starters.ts';
import { statusOf } from '#test/support/renderer/views.ts';
import { busyWorld, emptyWorld } from '#test/support/renderer/world.ts';

const NOW = 1_800_000_000_000;
const facts = (status = statusOf(busyWorld(NOW))) => ({
  phase: 'connected' as const,
  status,
  conditions: { sharing: 'on' as const, reasons: [], machine: {} },
  clients: 0,
});

describe('health', () => {
  it('is unknown until the node has spoken', () => {
    expect(healthOf({ ...facts(), status: undefined })).toEqual([]);
  });

  it('calls nothing a fault that merely waits for its first use', () => {
    const parts = healthOf(facts(statusOf(emptyWorld(NOW))));
    expect(parts.map(({ state }) => state)).toEqual(['running', 'alone', 'none', 'ready']);
    expect(worstOf(parts)).toBe('ok');
  });

  it('counts what failed, what is connected and what is held back', () => {
    const parts = healthOf({
      ...facts(),
      conditions: { sharing: 'paused', reasons: ['person'], machine: {} },
      clients: 2,
    });
    expect(parts.map(({ tone }) => tone)).toEqual(['ok', 'warn', 'bad', 'ok']);
    expect(worstOf(parts)).toBe('bad');
    expect(worstOf(parts.filter(({ part }) => part !== 'servers'))).toBe('warn');
  });

  it('says that the node is gone', () => {
    expect(healthOf({ ...facts(), phase: 'waiting' })[0]).toMatchObject({
      tone: 'bad',
      state: 'unreachable',
    });
  });
});

describe('the way out', () => {
  const peer = { peerId: 'a', connected: true, blocked: false, known: false, addresses: [] };
  it('tells an address from a proof, and counts peers by their way', () => {
    const found = outwardOf(
      ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.4/tcp/1'],
      [
        { ...peer, path: 'lan', direction: 'inbound' },
        { ...peer, path: 'relayed' },
        { ...peer, path: 'direct', connected: false, direction: 'inbound' },
      ],
    );
    expect(found).toEqual({
      reach: 'lan',
      proven: false,
      peers: { lan: 1, direct: 0, relayed: 1 },
      total: 2,
    });
    expect(outwardOf([], [{ ...peer, path: 'direct', direction: 'inbound' }])).toMatchObject({
      reach: 'machine',
      proven: true,
    });
  });
});

describe('traffic', () => {
  const minutes = Array.from(
    { length: 60 },
    (_, at): TrafficBucket => ({
      at: at * 60_000,
      local: 1,
      outgoing: at,
      incoming: 0,
      errors: at % 2,
      bytesIn: 10,
      bytesOut: 5,
    }),
  );

  it('is the same in words, rows and picture', () => {
    const sum = sumOf(minutes);
    const rows = rowsOf(minutes);
    expect(sum).toEqual({ calls: 60 + (59 * 60) / 2, errors: 30, bytesIn: 600, bytesOut: 300 });
    expect(rows).toHaveLength(12);
    expect(rows[0]?.at).toBe(55 * 60_000);
    expect(rows.reduce((total, row) => total + row.local + row.outgoing + row.incoming, 0)).toBe(sum.calls);
    expect(rows.reduce((total, row) => total + row.errors, 0)).toBe(sum.errors);
  });

  it('is nothing where nothing was', () => {
    expect(sumOf([])).toEqual({ calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 });
    expect(rowsOf([])).toEqual([]);
  });
});

describe('starter servers', () => {
  it('are told a whole path, since nobody expands a short one', () => {
    for (const path of ['/home/ada', 'C:\\Users\\Ada', 'd:/x', '\\\\server\\share'])
      expect(isWholePath(path)).toBe(true);
    for (const path of ['', '~/x', 'notes', './x', '\\']) expect(isWholePath(path)).toBe(false);
  });

  it('take a name that is free', () => {
    expect(starterRequest('memory', '', ['memory', 'memory-2'])).toMatchObject({ name: 'memory-3' });
    expect(starterRequest('filesystem', ' /data ', []).transport).toMatchObject({
      args: ['-y', '@modelcontextprotocol/server-filesystem', '/data'],
    });
  });
});
