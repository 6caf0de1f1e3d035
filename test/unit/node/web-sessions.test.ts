import { describe, expect, it } from 'vitest';
import { SESSION_MS, createWebSessions, webSessionMigrations } from '#main/node/web-sessions.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSeededRandom } from '#test/support/random.ts';

function createWorld() {
  const db = memoryDatabase(webSessionMigrations);
  const clock = createManualClock();
  const random = createSeededRandom('sessions');
  return { db, clock, sessions: createWebSessions({ db, clock, random }), random };
}

const TEN_MINUTES = 10 * 60_000;

describe('sessions of the dashboard', () => {
  it('come from links of 256 bits that work once', () => {
    const { sessions } = createWorld();
    const link = sessions.mintLink();
    expect(link).toMatch(/^[\w-]{43}$/);
    const cookie = sessions.redeem(link);
    expect(cookie && sessions.identify(cookie)).toBeDefined();
    expect(sessions.redeem(link)).toBeUndefined();
  });

  it('do not come from links that are older than ten minutes', () => {
    const { sessions, clock } = createWorld();
    const inTime = sessions.mintLink();
    const late = sessions.mintLink();
    clock.advance(TEN_MINUTES - 1);
    expect(sessions.redeem(inTime)).toBeDefined();
    clock.advance(1);
    expect(sessions.redeem(late)).toBeUndefined();
  });

  it('end after thirty days', () => {
    const { sessions, clock } = createWorld();
    const cookie = sessions.redeem(sessions.mintLink())!;
    clock.advance(SESSION_MS - 1);
    expect(sessions.identify(cookie)).toBeDefined();
    clock.advance(1);
    expect(sessions.identify(cookie)).toBeUndefined();
  });

  it('outlive a restart of the node, which links do not', () => {
    const { db, clock, sessions, random } = createWorld();
    const cookie = sessions.redeem(sessions.mintLink())!;
    const link = sessions.mintLink();
    const restarted = createWebSessions({ db, clock, random });
    expect(restarted.identify(cookie)).toBeDefined();
    expect(restarted.redeem(link)).toBeUndefined();
  });

  it('are kept as hashes only', () => {
    const { db, sessions } = createWorld();
    const cookie = sessions.redeem(sessions.mintLink())!;
    expect(JSON.stringify(db.prepare('SELECT * FROM web_sessions').all())).not.toContain(
      cookie.split('.')[1],
    );
  });

  it.each(['', '.', 'a.b', 'x'.repeat(10_000)])('are not mistaken for %j', (cookie) => {
    const { sessions } = createWorld();
    sessions.redeem(sessions.mintLink());
    expect(sessions.identify(cookie)).toBeUndefined();
  });

  it('are bounded: the oldest link and the oldest session give way', () => {
    const { sessions, clock } = createWorld();
    const links = Array.from({ length: 17 }, () => sessions.mintLink());
    expect(sessions.redeem(links[0]!)).toBeUndefined();
    expect(sessions.redeem(links[1]!)).toBeDefined();
    const cookies = Array.from({ length: 65 }, () => {
      clock.advance(1);
      return sessions.redeem(sessions.mintLink())!;
    });
    expect(sessions.identify(cookies[0]!)).toBeUndefined();
    expect(cookies.slice(1).every((cookie) => sessions.identify(cookie))).toBe(true);
  });
});
