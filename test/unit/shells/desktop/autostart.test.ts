import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autostartFile, createAutostart } from '#main/shells/desktop/autostart.ts';
import { formatAutostart } from '#main/shells/desktop/autostart-file.ts';

const words = { name: 'Toolswarm', comment: 'One endpoint' };

/** Reads `Exec` as the specification says: first the escapes of a string value, then the quotes, then the field codes. */
function readExec(file: string): string[] {
  const value = /^Exec=([^\n]*)$/m.exec(file)?.[1] ?? '';
  const text = value.replaceAll(
    /\\(.)/gs,
    (_, char: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r' })[char] ?? char,
  );
  const found: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g))
    found.push((quoted?.replaceAll(/\\(.)/gs, '$1') ?? plain ?? '').replaceAll('%%', '%'));
  return found;
}

describe('the autostart file', () => {
  it('names program and arguments', () => {
    const file = formatAutostart({ program: '/opt/Toolswarm/toolswarm-desktop', args: ['--hidden'] }, words);
    expect(file).toContain('\nExec=/opt/Toolswarm/toolswarm-desktop --hidden\n');
    expect(file).toMatch(/^\[Desktop Entry\]\nType=Application\n/);
  });

  it('quotes as the specification asks for', () => {
    const file = formatAutostart({ program: '/home/a b/50%$`"\\x', args: [] }, words);
    expect(file).toContain('Exec="/home/a b/50%%\\\\$\\\\`\\\\"\\\\\\\\x"');
  });

  it('comes back as it went in, whatever the path is', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => !/[\n\r\0\t]/.test(text));
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 3 }), (program, args) => {
        const file = formatAutostart({ program, args }, words);
        expect(file.match(/^Exec=/gm)).toHaveLength(1);
        expect(readExec(file)).toEqual([program, ...args]);
      }),
    );
  });

  it('is refused where a path would begin another line', () => {
    expect(() => formatAutostart({ program: '/a\nExec=evil', args: [] }, words)).toThrow(RangeError);
  });

  it('keeps a text in its line', () => {
    const file = formatAutostart({ program: '/a', args: [] }, { name: 'T', comment: 'a\nExec=evil' });
    expect(file.match(/^Exec=/gm)).toHaveLength(1);
  });
});

describe('starting with the session', () => {
  let home = '';
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'toolswarm-autostart-'))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const app = (isPackaged = true) => {
    const calls: unknown[] = [];
    return {
      calls,
      isPackaged,
      getLoginItemSettings: () => ({ openAtLogin: calls.length > 0 }) as never,
      setLoginItemSettings: (item: unknown) => void calls.push(item),
    };
  };
  const on = (platform: NodeJS.Platform, env: Record<string, string> = {}, given = app()) =>
    createAutostart({ app: given, platform, env, home, execPath: '/opt/T/t', words: () => words });

  it('is a file on Linux, written, read and taken away again', () => {
    const autostart = on('linux');
    expect(autostart.isOn()).toBe(false);
    autostart.set(true);
    const file = join(home, '.config', 'autostart', 'toolswarm.desktop');
    expect(autostart.isOn()).toBe(true);
    expect(readExec(readFileSync(file, 'utf8'))).toEqual(['/opt/T/t', '--hidden']);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    autostart.set(false);
    autostart.set(false);
    expect(autostart.isOn()).toBe(false);
  });

  it('starts the AppImage, not the mount it runs from', () => {
    on('linux', { APPIMAGE: '/home/me/Toolswarm.AppImage' }).set(true);
    expect(readExec(readFileSync(autostartFile({}, home), 'utf8'))[0]).toBe('/home/me/Toolswarm.AppImage');
  });

  it('follows XDG_CONFIG_HOME', () => {
    expect(autostartFile({ XDG_CONFIG_HOME: '/c' }, home)).toBe('/c/autostart/toolswarm.desktop');
  });

  it('is a login item elsewhere', () => {
    const given = app();
    on('win32', {}, given).set(true);
    expect(given.calls).toEqual([{ openAtLogin: true, args: ['--hidden'] }]);
  });

  it('is not offered from a checkout', () => {
    expect(on('linux', {}, app(false)).supported()).toBe(false);
    expect(on('darwin', {}, app(false)).supported()).toBe(false);
  });
});
