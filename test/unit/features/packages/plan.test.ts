import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan, type PieceRequest } from '#main/features/packages/transfer/plan.ts';
import { createSeededRandom } from '#test/support/random.ts';

const KIB = 1024;
const options = (pieces: number) => ({
  pieces,
  pieceSize: 256 * KIB,
  maxInFlightBytes: 16 << 20,
  random: createSeededRandom('plan'),
});
const everything = () => true;

describe('the plan of a download', () => {
  it('asks for the rarest pieces first', () => {
    const plan = createPlan(options(4));
    plan.peerHas('a', everything);
    plan.peerHas('b', (piece) => piece !== 2);
    plan.peerHas('c', (piece) => piece !== 2);
    expect(plan.next(0).find(({ peer }) => peer === 'a')).toEqual({ peer: 'a', piece: 2 });
  });

  it('asks a peer that answers promptly for more at a time, and one that fails for less', () => {
    const plan = createPlan(options(100));
    plan.peerHas('a', everything);
    const first = plan.next(0);
    expect(first).toHaveLength(2);
    for (const request of first) plan.arrived(request, 256 * KIB, 10);
    expect(plan.peers()[0]?.window).toBe(4);
    const [one] = plan.next(0);
    plan.failed(one as PieceRequest, 0);
    expect(plan.peers()[0]?.window).toBe(2);
    expect(plan.next(0)).toEqual([]);
    expect(plan.wakeAt(0)).toBe(500);
  });

  it('asks a second peer for what is late once nothing else is left, and calls the first off', () => {
    const plan = createPlan(options(1));
    plan.peerHas('slow', everything);
    plan.peerHas('fast', everything);
    const asked = plan.next(0);
    expect(asked.map(({ peer }) => peer).sort()).toEqual(['fast', 'slow']);
    expect(plan.arrived({ peer: 'fast', piece: 0 }, 1, 1)).toEqual(['slow']);
    expect(plan.isDone()).toBe(true);
  });

  it('is stuck when nobody who may be asked has what is missing', () => {
    const plan = createPlan(options(2));
    expect(plan.isStuck()).toBe(true);
    plan.peerHas('a', (piece) => piece === 0);
    expect(plan.isStuck()).toBe(false);
    for (const request of plan.next(0)) plan.arrived(request, 1, 1);
    expect(plan.isStuck()).toBe(true);
    plan.peerHas('a', everything);
    expect(plan.isStuck()).toBe(false);
  });

  it('never asks who sent something else again, not even after he left and came back', () => {
    const plan = createPlan(options(3));
    plan.peerHas('bad', everything);
    plan.poisoned(plan.next(0)[0] as PieceRequest);
    plan.peerLeft('bad');
    expect(plan.peerHas('bad', everything)).toBe(false);
    expect(plan.next(0)).toEqual([]);
    expect(plan.peers()[0]?.state).toBe('banned');
  });

  it('gets everything while honest peers have it, whatever the others do, and within its bounds', () => {
    const kinds = fc.constantFrom('honest', 'poison', 'silent', 'partial');
    fc.assert(
      fc.property(
        fc.array(kinds, { maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        fc.string(),
        (others, pieces, seed) => {
          const random = createSeededRandom(`world ${seed}`);
          const plan = createPlan({ ...options(pieces), maxInFlightBytes: 8 * 256 * KIB });
          const kindOf = new Map<string, string>([
            ['p-honest', 'honest'],
            ...others.map((kind, at) => [`p${at}`, kind] as const),
          ]);
          for (const [peer, kind] of kindOf)
            plan.peerHas(peer, (piece) => kind !== 'partial' || piece % 2 === 0);
          const underway: PieceRequest[] = [];
          const poisoned = new Set<string>();
          for (let now = 0; !plan.isDone() && now < 1e9; now += 100) {
            const asked = plan.next(now);
            for (const { peer } of asked) expect(poisoned.has(peer)).toBe(false);
            underway.push(...asked);
            expect(plan.peers().reduce((sum, { inFlight }) => sum + inFlight, 0)).toBeLessThanOrEqual(8);
            const [request] = underway.splice(Math.floor(random.float() * underway.length), 1);
            if (!request) continue;
            const kind = kindOf.get(request.peer);
            if (kind === 'poison') {
              poisoned.add(request.peer);
              plan.poisoned(request);
            } else if (kind === 'silent') plan.failed(request, now);
            else
              for (const other of plan.arrived(request, 1, 50)) {
                const at = underway.findIndex(({ peer, piece }) => peer === other && piece === request.piece);
                if (at >= 0) underway.splice(at, 1);
              }
          }
          expect(plan.isDone()).toBe(true);
        },
      ),
    );
  });
});
