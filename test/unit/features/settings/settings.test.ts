import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSettings, createSettingsHandlers, setting } from '#main/features/settings/index.ts';
import { type Log, silentLog } from '#main/platform/log.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'settings-'));
  file = join(dir, 'settings.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

const schema = {
  'endpoint.port': setting(z.int().min(0).max(65_535).default(7420).describe('Port of MCP over HTTP.')),
  'p2p.bootstrap': setting(z.array(z.string()).max(64).default([])),
  'p2p.mdns': setting(z.boolean().default(true)),
  'relay.timeoutMs': setting(z.int().min(1).default(30_000), { needsRestart: false }),
  'node.name': setting(z.string().max(64).default('')),
};
interface Given {
  env?: Record<string, string>;
  flags?: Record<string, unknown>;
  log?: Log;
}
const open = ({ env = {}, flags = {}, log = silentLog }: Given = {}) =>
  createSettings({ file, env, flags, log }, schema);
const write = (content: unknown) => writeFileSync(file, JSON.stringify(content));
const coded = (code: string) => expect.objectContaining({ code });

describe('precedence', () => {
  test('flag, environment, file, default', () => {
    const env = { TOOLSWARM_ENDPOINT_PORT: '2' };
    expect(open().get('endpoint.port')).toBe(7420);
    write({ 'endpoint.port': 1 });
    expect(open().get('endpoint.port')).toBe(1);
    expect(open({ env }).get('endpoint.port')).toBe(2);
    expect(open({ env, flags: { 'endpoint.port': 3 } }).get('endpoint.port')).toBe(3);
    const sources = open({ env, flags: { 'p2p.mdns': false } }).list();
    expect(Object.fromEntries(sources.map(({ key, source }) => [key, source]))).toEqual({
      'endpoint.port': 'environment',
      'p2p.bootstrap': 'default',
      'p2p.mdns': 'flag',
      'relay.timeoutMs': 'default',
      'node.name': 'default',
    });
  });

  test('texts of the environment and flags are read as what the schema wants', () => {
    const settings = open({
      env: {
        TOOLSWARM_P2P_BOOTSTRAP: '/ip4/1.2.3.4/tcp/1, /ip4/5.6.7.8/tcp/1',
        TOOLSWARM_P2P_MDNS: 'no',
        TOOLSWARM_NODE_NAME: '42',
        TOOLSWARM_RELAY_TIMEOUT_MS: '5000',
      },
      flags: { 'endpoint.port': '8000' },
    });
    expect(settings.get('p2p.bootstrap')).toEqual(['/ip4/1.2.3.4/tcp/1', '/ip4/5.6.7.8/tcp/1']);
    expect(settings.get('p2p.mdns')).toBe(false);
    expect(settings.get('node.name')).toBe('42');
    expect(settings.get('relay.timeoutMs')).toBe(5000);
    expect(settings.get('endpoint.port')).toBe(8000);
    expect(open({ env: { TOOLSWARM_P2P_BOOTSTRAP: '["a"]' } }).get('p2p.bootstrap')).toEqual(['a']);
    expect(open({ env: { TOOLSWARM_P2P_BOOTSTRAP: '' } }).get('p2p.bootstrap')).toEqual([]);
  });
});

describe('what is wrong stops the start', () => {
  test.each<[string, object, Given]>([
    ['settings.json', { 'endpoint.port': '80' }, {}],
    ['TOOLSWARM_ENDPOINT_PORT', {}, { env: { TOOLSWARM_ENDPOINT_PORT: 'eighty' } }],
    ['--endpoint.port', {}, { flags: { 'endpoint.port': 70_000 } }],
  ])('naming key and place: %s', (place, content, given) => {
    write(content);
    expect(() => open(given)).toThrow(
      expect.objectContaining({
        code: 'settings.invalid',
        message: expect.stringMatching(new RegExp(`endpoint.port in .*${place} is not valid`)),
        details: expect.objectContaining({ key: 'endpoint.port' }),
      }),
    );
  });

  test.each(['{', '[]', 'null', '"text"', ''])('a file that is no object: %j', (text) => {
    writeFileSync(file, text);
    expect(() => open()).toThrow(coded('settings.unreadable'));
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('changes', () => {
  test('are written at once, told to watchers, and found at the next start', () => {
    const settings = open();
    const seen: number[] = [];
    const stop = settings.watch('relay.timeoutMs', (value) => seen.push(value));
    expect(settings.set('relay.timeoutMs', 1000)).toMatchObject({ value: 1000, source: 'file' });
    settings.set('endpoint.port', 80);
    expect(open().get('relay.timeoutMs')).toBe(1000);
    expect(settings.reset('relay.timeoutMs')).toMatchObject({ value: 30_000, source: 'default' });
    stop();
    settings.set('relay.timeoutMs', 1);
    expect(seen).toEqual([1000, 30_000]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('keep unknown keys and what a person edited meanwhile', () => {
    const warned: object[] = [];
    write({ 'future.thing': { a: [1] }, 'endpoint.port': 1 });
    const settings = open({ log: { ...silentLog, warn: (fields) => warned.push(fields) } });
    expect(warned).toEqual([expect.objectContaining({ key: 'future.thing' })]);
    write({ 'future.thing': { a: [1] }, 'endpoint.port': 2 });
    settings.set('node.name', 'x');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      'future.thing': { a: [1] },
      'endpoint.port': 2,
      'node.name': 'x',
    });
  });

  test('are refused where they would have no effect or are not valid', () => {
    const settings = open({ env: { TOOLSWARM_ENDPOINT_PORT: '2' } });
    expect(() => settings.set('endpoint.port', 3)).toThrow(coded('settings.overridden'));
    expect(() => settings.set('relay.timeoutMs', 0)).toThrow(coded('settings.invalid'));
    expect(() => settings.set('relay.timeoutMs', undefined)).not.toThrow();
    expect(() => settings.set('no.such', 0)).toThrow(coded('settings.unknown'));
    expect(() => settings.set('__proto__', 0)).toThrow(coded('settings.unknown'));
    expect(settings.get('relay.timeoutMs')).toBe(30_000);
  });
});

test('the handlers give forms: schema, value, default and source of each', async () => {
  const handlers = createSettingsHandlers(open());
  const context = { signal: new AbortController().signal };
  const { items } = await handlers['settings.list']({}, context);
  expect(items[0]).toEqual({
    key: 'endpoint.port',
    schema: {
      type: 'integer',
      minimum: 0,
      maximum: 65_535,
      default: 7420,
      description: 'Port of MCP over HTTP.',
    },
    value: 7420,
    defaultValue: 7420,
    source: 'default',
    needsRestart: true,
    restartPending: false,
    variable: 'TOOLSWARM_ENDPOINT_PORT',
  });
  await handlers['settings.set']({ key: 'node.name', value: 'n' }, context);
  expect(await handlers['settings.reset']({ key: 'node.name' }, context)).toMatchObject({ value: '' });
});
