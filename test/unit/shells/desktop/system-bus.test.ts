import { describe, expect, it } from 'vitest';
import { readMetered } from '#main/shells/desktop/power-metered.ts';
import { type BusTool, hasOwnerOnBus } from '#main/shells/desktop/system-bus.ts';
import { hasTrayHost } from '#main/shells/desktop/tray-host.ts';

/** A system on which only that tool is installed. */
const only =
  (tool: string, answer: string): BusTool =>
  (command) =>
    command === tool ? Promise.resolve(answer) : Promise.reject(new Error('ENOENT'));
const nothing: BusTool = () => Promise.reject(new Error('ENOENT'));

describe('who has a name on the bus', () => {
  it.each([
    ['dbus-send', '   boolean true\n', true],
    ['dbus-send', '   boolean false\n', false],
    ['gdbus', '(true,)\n', true],
    ['gdbus', '(false,)\n', false],
    ['busctl', 'b true\n', true],
    ['busctl', 'b false\n', false],
  ])('%s says %j', async (tool, answer, expected) => {
    expect(await hasOwnerOnBus('org.example', only(tool, answer))).toBe(expected);
  });

  it('is nobody where there is no bus', async () => {
    expect(await hasOwnerOnBus('org.example', nothing)).toBe(false);
  });
});

describe('the tray', () => {
  const session = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };

  it('is there on macOS and Windows, and on Linux where somebody shows it', async () => {
    expect(await hasTrayHost('darwin', {}, nothing)).toBe(true);
    expect(await hasTrayHost('win32', {}, nothing)).toBe(true);
    expect(await hasTrayHost('linux', session, only('gdbus', '(true,)'))).toBe(true);
    expect(await hasTrayHost('linux', session, only('gdbus', '(false,)'))).toBe(false);
    expect(await hasTrayHost('linux', {}, only('gdbus', '(true,)'))).toBe(false);
  });
});

describe('a metered line', () => {
  it.each([
    ['dbus-send', '   variant       uint32 1\n', true],
    ['dbus-send', '   variant       uint32 2\n', false],
    ['gdbus', '(<uint32 3>,)\n', true],
    ['busctl', 'u 4\n', false],
    ['busctl', 'u 0\n', undefined],
  ])('is what NetworkManager says through %s: %j', async (tool, answer, expected) => {
    expect(await readMetered('linux', only(tool, answer))).toBe(expected);
  });

  it.each([
    ['Unrestricted\r\n', false],
    ['Fixed\r\n', true],
    ['Variable\r\n', true],
    ['Unknown\r\n', undefined],
  ])('is what Windows says: %j', async (answer, expected) => {
    expect(await readMetered('win32', only('powershell.exe', answer))).toBe(expected);
  });

  it('is unknown where nobody says', async () => {
    expect(await readMetered('linux', nothing)).toBeUndefined();
    expect(await readMetered('win32', nothing)).toBeUndefined();
    expect(await readMetered('darwin', nothing)).toBeUndefined();
  });
});
