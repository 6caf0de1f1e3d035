import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_OPEN_MS,
  MAX_PART,
  MIN_ELECTORS,
  type Rule,
  RULES,
} from '#shared/features/governance/numbers.ts';
import {
  type Ballot,
  ballotsOf,
  cappedWeights,
  decide,
  type Elector,
  type Statement,
} from '#shared/features/governance/rules.ts';

const DAY = 24 * 3_600_000;
const OPENED = Date.UTC(2026, 0, 1);
const rule = RULES.feature;
const vote = { opened: OPENED, earliest: OPENED + rule.stableMs + rule.delayMs, rule };

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const equals = (count: number): Elector[] => names(count).map((provider) => ({ provider, weight: 1 }));
const says = (provider: string, what: Ballot['vote'], since = OPENED, runs = true): Ballot => ({
  provider,
  vote: what,
  since,
  runs,
});
const all = (words: string): Ballot[] =>
  Array.from(words).flatMap((letter, index) => {
    const what = { y: 'yes', n: 'no', a: 'abstain' }[letter] as Ballot['vote'] | undefined;
    return what ? [says(`p${index}`, what)] : [];
  });
const after = (days: number) => OPENED + days * DAY;

describe('a decision', () => {
  it.each([
    ['yyyyy', 'active'],
    ['yyyy-', 'active'],
    ['yyyyn', 'active'],
    ['yyynn', 'open'],
    ['yyyna', 'active'],
    ['yyn--', 'open'],
    ['yyy--', 'active'],
    ['yyyn-', 'active'],
    ['yyaaa', 'open'],
    ['aaaaa', 'open'],
    ['nnnnn', 'open'],
    ['-----', 'open'],
  ])('of five equals who say %s is %s in the end', (words, state) => {
    expect(decide(vote, all(words), equals(5), after(30)).state).toBe(state);
  });

  it('needs five established providers, whoever else votes', () => {
    const strangers = all('yyyyyyyyyy');
    expect(decide(vote, strangers, equals(4), after(60))).toMatchObject({
      state: 'open',
      lacks: ['electors'],
    });
    expect(decide(vote, strangers, [], after(60)).cast.yes).toBe(0);
  });

  it('is locked in once the votes have stood for fourteen days, and takes effect a week later', () => {
    const ballots = all('yyyyy');
    expect(decide(vote, ballots, equals(5), after(13))).toMatchObject({ state: 'open', lacks: ['time'] });
    expect(decide(vote, ballots, equals(5), after(14))).toMatchObject({
      state: 'locked',
      lockedAt: after(14),
      activatesAt: after(21),
    });
    expect(decide(vote, ballots, equals(5), after(21) - 1).state).toBe('locked');
    expect(decide(vote, ballots, equals(5), after(21)).state).toBe('active');
  });

  it('waits for the earliest activation', () => {
    const late = { ...vote, earliest: after(100) };
    expect(decide(late, all('yyyyy'), equals(5), after(99)).state).toBe('locked');
    expect(decide(late, all('yyyyy'), equals(5), after(100)).state).toBe('active');
  });

  it('begins to count anew where a vote changed', () => {
    const ballots = [...all('yyyy'), says('p2', 'yes', after(10))].filter(
      ({ provider, since }) => provider !== 'p2' || since !== OPENED,
    );
    expect(decide(vote, ballots, equals(5), after(30))).toMatchObject({ lockedAt: after(14) });
    const three = ballots.filter(({ provider }) => provider !== 'p3');
    expect(decide(vote, three, equals(5), after(30))).toMatchObject({ lockedAt: after(24) });
  });

  it('lets a no undo a lock-in before it takes effect, and changes nothing after', () => {
    const ballots = [...all('yyy'), says('p3', 'no', after(20)), says('p4', 'no', after(20))];
    expect(decide(vote, ballots, equals(5), after(19)).state).toBe('locked');
    expect(decide(vote, ballots, equals(5), after(20)).state).toBe('open');
    expect(decide(vote, ballots, equals(5), after(90)).state).toBe('open');
    const late = [...all('yyy'), says('p3', 'no', after(21)), says('p4', 'no', after(21))];
    expect(decide(vote, late, equals(5), after(90))).toMatchObject({
      state: 'active',
      activatesAt: after(21),
    });
  });

  it('counts from the opening what is dated before it', () => {
    const early = names(5).map((name) => says(name, 'yes', OPENED - 100 * DAY));
    expect(decide(vote, early, equals(5), after(13)).state).toBe('open');
  });

  it('lapses after a year without a decision', () => {
    expect(decide(vote, all('yyynn'), equals(5), OPENED + MAX_OPEN_MS).state).toBe('lapsed');
    const tooLate = all('yyyyy').map((ballot) => ({ ...ballot, since: OPENED + MAX_OPEN_MS }));
    expect(decide(vote, tooLate, equals(5), OPENED + 2 * MAX_OPEN_MS).state).toBe('lapsed');
  });

  it('asks more of a major change: who runs it', () => {
    const major = { opened: OPENED, earliest: after(56), rule: RULES.major };
    const ballots = all('yyyyy').map((ballot, index) => ({ ...ballot, runs: index < 3 }));
    expect(decide(major, ballots, equals(5), after(90))).toMatchObject({
      state: 'open',
      lacks: ['readiness'],
    });
    const ready = all('yyyyy').map((ballot, index) => ({ ...ballot, runs: index < 4 }));
    expect(decide(major, ready, equals(5), after(90)).state).toBe('active');
  });
});

const weight = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const electorate = fc
  .array(weight, { maxLength: 12 })
  .map((weights) => weights.map((value, index) => ({ provider: `p${index}`, weight: value })));
const moment = fc.integer({ min: -5, max: 60 }).map(after);
const ballot = fc.record({
  provider: fc.constantFrom(...names(14)),
  vote: fc.constantFrom('yes' as const, 'no' as const, 'abstain' as const),
  runs: fc.boolean(),
  since: moment,
});
const ballots = fc.uniqueArray(ballot, { selector: ({ provider }) => provider, maxLength: 14 });
const kind: fc.Arbitrary<Rule> = fc.constantFrom(RULES.feature, RULES.major);
const voteOf = (of: Rule) => ({ opened: OPENED, earliest: OPENED + of.stableMs + of.delayMs, rule: of });
const order = { open: 0, lapsed: 0, locked: 1, active: 2 } as const;
const rank = (votes: Ballot[], electors: Elector[], of: Rule, now: number) =>
  order[decide(voteOf(of), votes, electors, now).state];

describe('the rule', () => {
  it('is the same in whatever order electors and votes come', () => {
    fc.assert(
      fc.property(
        electorate,
        ballots,
        kind,
        moment,
        fc.infiniteStream(fc.nat()),
        (who, said, of, now, dice) => {
          const shuffled = <T>(items: T[]) =>
            items.map((item) => ({ item, at: dice.next().value as number })).sort((a, b) => a.at - b.at);
          const other = decide(
            voteOf(of),
            shuffled(said).map(({ item }) => item),
            shuffled(who).map(({ item }) => item),
            now,
          );
          expect(other).toEqual(decide(voteOf(of), said, who, now));
        },
      ),
    );
  });

  it('never punishes support: a friendlier vote never sets a decision back', () => {
    const friendlier = { no: 'abstain', abstain: 'yes', yes: 'yes' } as const;
    fc.assert(
      fc.property(electorate, ballots, kind, moment, fc.nat(), (who, said, of, now, pick) => {
        if (said.length === 0) return;
        const at = pick % said.length;
        const better = said.map((one, index) =>
          index === at ? { ...one, vote: friendlier[one.vote], runs: true } : one,
        );
        expect(rank(better, who, of, now)).toBeGreaterThanOrEqual(rank(said, who, of, now));
      }),
    );
  });

  it('never rewards opposition: who stays away does not help less than who says no', () => {
    fc.assert(
      fc.property(electorate, ballots, kind, moment, (who, said, of, now) => {
        for (const { provider } of said.filter((one) => one.vote === 'no')) {
          const without = said.filter((one) => one.provider !== provider);
          const silent = said.map((one) => (one.provider === provider ? { ...one, runs: false } : one));
          expect(rank(without, who, of, now)).toBeGreaterThanOrEqual(rank(silent, who, of, now));
        }
      }),
    );
  });

  it('activates nothing below approval and quorum, nor before its time', () => {
    fc.assert(
      fc.property(electorate, ballots, kind, moment, (who, said, of, now) => {
        const {
          electors,
          lockedAt,
          settled,
          state,
          weight: whole,
          activatesAt,
        } = decide(voteOf(of), said, who, now);
        if (state === 'open' || state === 'lapsed') return;
        expect(electors).toBeGreaterThanOrEqual(MIN_ELECTORS);
        expect(activatesAt).toBeGreaterThanOrEqual((lockedAt ?? 0) + of.delayMs);
        expect(lockedAt).toBeGreaterThanOrEqual(OPENED + of.stableMs);
        expect(lockedAt).toBeLessThanOrEqual(now);
        if (state === 'active') return;
        expect(settled.yes * of.approval.in).toBeGreaterThanOrEqual(
          (settled.yes + settled.no) * of.approval.of,
        );
        expect((settled.yes + settled.abstain) * of.quorum.in).toBeGreaterThanOrEqual(whole * of.quorum.of);
        expect(settled.ready * of.readiness.in).toBeGreaterThanOrEqual(whole * of.readiness.of);
      }),
    );
  });

  it('counts no stranger, however many there are', () => {
    fc.assert(
      fc.property(electorate, ballots, kind, moment, fc.nat({ max: 500 }), (who, said, of, now, sybils) => {
        const crowd = Array.from({ length: sybils }, (_, index) => says(`sybil${index}`, 'yes'));
        const zero = crowd.map(({ provider }) => ({ provider, weight: 0 }));
        expect(decide(voteOf(of), [...said, ...crowd], [...who, ...zero], now)).toEqual(
          decide(voteOf(of), said, who, now),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('lets nobody count for more than a fifth, and takes no more than that needs', () => {
    fc.assert(
      fc.property(electorate, (who) => {
        const capped = [...cappedWeights(who).values()];
        const whole = capped.reduce((sum, value) => sum + value, 0);
        if (capped.length < MIN_ELECTORS) return;
        for (const value of capped) expect(value * MAX_PART).toBeLessThanOrEqual(whole);
        const before = cappedWeights(who.slice(0, 0));
        expect(before.size).toBe(0);
        const cut = who.filter(
          ({ provider, weight: raw }) => (cappedWeights(who).get(provider) ?? 0) < Math.round(raw * 1000),
        );
        if (cut.length > 0) {
          const cap = Math.max(...capped);
          const more = who.map(({ weight: raw }) => Math.min(Math.round(raw * 1000), cap + 1));
          expect((cap + 1) * MAX_PART).toBeGreaterThan(more.reduce((sum, value) => sum + value, 0));
        }
      }),
    );
  });
});

describe('what a provider says', () => {
  const statement = (changes: Partial<Statement>): Statement => ({
    ...says('a', 'yes'),
    seq: 1,
    key: 'a/1/x',
    ...changes,
  });

  it('is what it said last, whichever of its nodes said it and however often it was signed anew', () => {
    const old = statement({ seq: 900, since: OPENED });
    const changed = statement({ seq: 500, since: OPENED + 1, vote: 'no', key: 'a/2/x' });
    expect(ballotsOf([old, changed], new Set())).toEqual(ballotsOf([changed, old], new Set()));
    expect(ballotsOf([old, changed], new Set())[0]?.vote).toBe('no');
  });

  it('is nothing where it contradicts itself', () => {
    expect(ballotsOf([statement({})], new Set(['a']))).toEqual([]);
  });
});
