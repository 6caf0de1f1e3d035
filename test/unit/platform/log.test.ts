import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogFile } from '#main/platform/log-file.ts';
import { openLog } from '#main/platform/log.ts';
import { AppError } from '#shared/kernel/errors.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const logged = (fields: object, message = 'm'): string => {
  const lines: string[] = [];
  const { log, close } = openLog({ alsoTo: (line) => lines.push(line), level: 'debug' });
  log.child('relay').info(fields, message);
  close();
  return lines.join('');
};

test('a line is JSON with level, time, slice, fields and message', () => {
  expect(JSON.parse(logged({ peer: 'p', bytes: new Uint8Array(3), big: 5n }))).toEqual({
    level: 'info',
    time: expect.any(Number),
    slice: 'relay',
    peer: 'p',
    bytes: '<3 bytes>',
    big: '5',
    msg: 'm',
  });
});

test('secrets are taken out by name and by form, at any depth', () => {
  const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U';
  const line = logged(
    {
      token: secret,
      nested: [{ headers: { Authorization: secret, 'x-api-key': secret, cookie: secret } }],
      mcpToken: secret,
      passphrase: secret,
      words: [secret],
      url: `http://127.0.0.1:7421/#t=${secret}`,
      curl: `curl -H "Authorization: Bearer ${secret}" https://u:${secret}@h/?token=${secret}&a=1`,
      error: new AppError('x.y', `tsw_${secret} is wrong`, { details: { secret } }),
    },
    `the client tsw_${secret}`,
  );
  expect(line).not.toContain(secret);
  expect(line).toContain('x.y');
  expect(JSON.parse(line)).toMatchObject({ curl: expect.stringContaining('&a=1') });
});

test('counts are no secrets, and cycles and long text end', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const line = JSON.parse(logged({ tokens: 12, hasSecret: true, cycle, long: 'x'.repeat(100_000) }));
  expect(line).toMatchObject({ tokens: 12, hasSecret: true });
  expect(line.long.length).toBeLessThan(5000);
});

test('levels are kept to', () => {
  const lines: string[] = [];
  const { log } = openLog({ level: 'warn', alsoTo: (line) => lines.push(line) });
  log.info({}, 'no');
  log.warn({}, 'yes');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['yes']);
});

test('files are bounded in size and number, private, and go on after a restart', () => {
  const options = { dir: join(dir, 'log'), maxBytes: 1000, files: 3 };
  for (let start = 0; start < 2; start++) {
    const { log, close } = openLog(options);
    for (let index = 0; index < 100; index++) log.info({ start, index }, 'a line of some length');
    close();
  }
  expect(readdirSync(options.dir).sort()).toEqual(['node.1.log', 'node.2.log', 'node.log']);
  for (const name of readdirSync(options.dir)) {
    expect(statSync(join(options.dir, name)).size).toBeLessThanOrEqual(1000);
    expect(statSync(join(options.dir, name)).mode & 0o777).toBe(0o600);
  }
  const last = readFileSync(join(options.dir, 'node.log'), 'utf8').trimEnd().split('\n').at(-1) as string;
  expect(JSON.parse(last)).toMatchObject({ start: 1, index: 99 });
});

test('a log that cannot be opened is a fault with advice', () => {
  expect(() => openLogFile({ dir: '/dev/null/log', onFault: () => undefined })).toThrow(
    expect.objectContaining({ code: 'storage.unreadable', advice: expect.stringContaining('folder') }),
  );
});

test('a full disk loses lines, says so once and goes on', () => {
  symlinkSync('/dev/full', join(dir, 'node.log'));
  const faults: unknown[] = [];
  const file = openLogFile({ dir, onFault: (error) => faults.push(error) });
  for (let index = 0; index < 3; index++) file.write('a line\n');
  file.close();
  expect(faults).toEqual([expect.objectContaining({ code: 'ENOSPC' })]);
});

test('values that are told to be hidden stand in no line, wherever they came from', () => {
  const lines: string[] = [];
  const { close, hide, log } = openLog({ alsoTo: (line) => lines.push(line) });
  hide(() => ['hunter2-"quoted"', 'abc']);
  log.warn({ said: ['401 for hunter2-"quoted"'] }, 'the server sent hunter2-"quoted" and abc');
  close();
  expect(lines.join('')).not.toContain('hunter2');
  expect(JSON.parse(lines.join(''))).toMatchObject({
    said: ['401 for •••'],
    msg: 'the server sent ••• and abc',
  });
});
