import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { showsTool } from '#shared/features/clients/profile-rules.ts';
import {
  chainOf,
  failedHop,
  isProfileName,
  isProved,
  withScope,
  withServer,
  withTool,
} from '../../../../../src-renderer/features/clients/rules.ts';

const tool = (server: string, own: string) => ({
  name: `${server}_${own}`,
  id: `z/${server}/${own}@1#f`,
  server,
});
const tools = ['a', 'b'].flatMap((server) => ['x', 'y', 'z'].map((own) => tool(server, own)));
const ofServer = (server: string) => tools.filter((item) => item.server === server);
const shown = (profile: ProfileView) =>
  tools.filter((item) => showsTool(profile, item)).map(({ name }) => name);
const everything: ProfileView = { name: 'p', prefix: true };

describe('a chain', () => {
  it('shows for each link what was told last', () => {
    const chain = chainOf([
      { hop: 'entry', state: 'running' },
      { hop: 'entry', state: 'ok', ms: 1 },
      { hop: 'command', state: 'running' },
    ]);
    expect(Object.values(chain).map(({ state }) => state)).toEqual(['ok', 'running', 'idle', 'idle', 'idle']);
  });
  it('is proved by its last link alone', () => {
    expect(isProved([{ hop: 'server', state: 'ok' }])).toBe(false);
    expect(isProved([{ hop: 'tool', state: 'ok' }])).toBe(true);
    expect(
      failedHop([
        { hop: 'entry', state: 'ok' },
        { hop: 'command', state: 'failed' },
      ])?.hop,
    ).toBe('command');
  });
});

describe('a profile', () => {
  it('hides a tool of a whole server, and shows one of a server that is hidden', () => {
    expect(withTool(everything, tool('a', 'x'), false)).toEqual({ ...everything, excludeTools: ['a_x'] });
    const none = { ...everything, servers: [] };
    expect(withTool(none, tool('a', 'x'), true)).toEqual({ ...none, includeTools: ['a_x'] });
  });
  it('is without words again when a tool is taken back', () => {
    expect(withTool(withTool(everything, tool('a', 'x'), false), tool('a', 'x'), true)).toEqual(everything);
  });
  it('shows a server whole or not at all, whatever was said of its tools', () => {
    const part = withTool({ ...everything, servers: ['a'] }, tool('a', 'x'), false);
    expect(shown(withServer(part, 'a', ofServer('a'), true))).toEqual(['a_x', 'a_y', 'a_z']);
    expect(withServer(part, 'a', ofServer('a'), false)).toEqual({ ...everything, servers: [] });
    expect(shown(withServer(everything, 'a', ofServer('a'), false))).toEqual(['b_x', 'b_y', 'b_z']);
  });
  it('chooses what it shows when it no longer shows all', () => {
    const hidden = withTool(everything, tool('a', 'x'), false);
    const chosen = withScope(hidden, 'chosen', ['a', 'b']);
    expect(shown(chosen)).toEqual(shown(hidden));
    expect(withScope(chosen, 'all', ['a', 'b'])).toEqual(hidden);
  });
  it('shows after any presses what was pressed last', () => {
    const press = fc.record({ at: fc.nat({ max: tools.length - 1 }), on: fc.boolean(), whole: fc.boolean() });
    fc.assert(
      fc.property(fc.array(press, { maxLength: 20 }), fc.boolean(), (presses, all) => {
        let profile: ProfileView = all ? everything : { ...everything, servers: [] };
        const wanted = new Map(tools.map(({ name }) => [name, all]));
        for (const { at, on, whole } of presses) {
          const pressed = tools[at] as (typeof tools)[number];
          const group = whole ? ofServer(pressed.server) : [pressed];
          profile = whole ? withServer(profile, pressed.server, group, on) : withTool(profile, pressed, on);
          for (const { name } of group) wanted.set(name, on);
        }
        expect(shown(profile)).toEqual(tools.map(({ name }) => name).filter((name) => wanted.get(name)));
      }),
    );
  });
  it.each([
    ['work', true],
    ['2', true],
    ['', false],
    ['Work', false],
    ['-x', false],
    ['x'.repeat(32), false],
  ])('called “%s”: %s', (name, good) => expect(isProfileName(name)).toBe(good));
});
