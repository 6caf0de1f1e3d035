import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '#main/platform/log.ts';
import { openSystemSettings } from '#main/shells/desktop/system-settings.ts';

let file = '';
beforeEach(() => (file = join(mkdtempSync(join(tmpdir(), 'toolswarm-settings-')), 'desktop.json')));
afterEach(() => rmSync(join(file, '..'), { recursive: true, force: true }));

it('what the application remembers outlives it', () => {
  const settings = openSystemSettings(file, silentLog);
  expect(settings.get()).toEqual({ notifications: true, notified: [], toldClosing: false, updates: {} });
  settings.change({ language: 'ru', toldClosing: true });
  expect(openSystemSettings(file, silentLog).get()).toMatchObject({ language: 'ru', toldClosing: true });
});

it('a damaged file is begun anew at the next change, not before', () => {
  writeFileSync(file, '{"notifications": "maybe"');
  const settings = openSystemSettings(file, silentLog);
  expect(settings.get().notifications).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('{"notifications": "maybe"');
  settings.change({ notifications: false });
  expect(openSystemSettings(file, silentLog).get().notifications).toBe(false);
});
