import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, MAX_FUTURE_SKEW_MS, MAX_LIFETIME_MS } from '#shared/features/records/rules.ts';

const now = 1_800_000_000_000;
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const incoming = { seq: 5, issuedAt: now, expiresAt: now + 1000, hash: hash(1) };

describe('judge', () => {
  it('takes the first and every higher sequence, and no lower one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.boolean(), (seq, storedSeq, disputed) => {
        fc.pre(seq !== storedSeq);
        const verdict = judge({ ...incoming, seq }, { seq: storedSeq, hash: hash(2), disputed }, now);
        expect(verdict).toBe(seq > storedSeq ? 'store' : 'older');
      }),
    );
    expect(judge(incoming, undefined, now)).toBe('store');
  });

  it('tells a duplicate from an equivocation, and keeps one proof', () => {
    expect(judge(incoming, { seq: 5, hash: hash(1), disputed: false }, now)).toBe('duplicate');
    expect(judge(incoming, { seq: 5, hash: hash(2), disputed: false }, now)).toBe('equivocation');
    expect(judge(incoming, { seq: 5, hash: hash(2), disputed: true }, now)).toBe('duplicate');
  });

  it('refuses what is over, from the future, or claims to live too long', () => {
    expect(judge({ ...incoming, expiresAt: now }, undefined, now)).toBe('expired');
    const early = now + MAX_FUTURE_SKEW_MS + 1;
    expect(judge({ ...incoming, issuedAt: early, expiresAt: early + 1 }, undefined, now)).toBe(
      'from_the_future',
    );
    expect(judge({ ...incoming, expiresAt: now + MAX_LIFETIME_MS + 1 }, undefined, now)).toBe(
      'too_long_lived',
    );
  });
});
