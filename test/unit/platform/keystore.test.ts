import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureSecret, openKeystore } from '#main/platform/keystore.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { systemRandom } from '#main/platform/random.ts';
import { utf8 } from '#shared/kernel/bytes.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keystore-'));
  file = join(dir, 'keys.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (passphrase?: string) =>
  openKeystore({ file, random: systemRandom, ...(passphrase === undefined ? {} : { passphrase }) });
const flip = (bytes: Buffer, index: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] as number) ^ 1;
  return copy;
};

describe('without a passphrase', () => {
  test('secrets survive reopening, in a file for the owner only', () => {
    open().update({ 'identity/root': Uint8Array.of(1, 2, 3), 'identity/node': Uint8Array.of(4) });
    const again = open();
    expect(again.get('identity/root')).toEqual(Uint8Array.of(1, 2, 3));
    expect(again.names('identity/')).toEqual(['identity/node', 'identity/root']);
    expect(again.passphraseProtected).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['keys.json']);
  });

  test('values are copies: nobody changes a key by accident', () => {
    const store = open();
    const value = Uint8Array.of(1);
    store.set('a', value);
    value[0] = 9;
    (store.get('a') as Uint8Array)[0] = 9;
    expect(store.get('a')).toEqual(Uint8Array.of(1));
  });

  test('rights that others were given are taken back', () => {
    open().set('a', Uint8Array.of(1));
    chmodSync(file, 0o644);
    open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('any changed byte is noticed and nothing is overwritten', () => {
    open().set('identity/root', systemRandom.bytes(32));
    const whole = readFileSync(file);
    for (let index = 0; index < whole.length; index++) {
      writeFileSync(file, flip(whole, index));
      let fault: unknown;
      try {
        open();
      } catch (error) {
        fault = error;
      }
      // White space between tokens may change; the content may not.
      if (!fault) expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(whole.toString()));
      else expect((fault as { code: string }).code).toMatch(/^keystore\.(corrupt|newer)$/);
      expect(readFileSync(file)).toEqual(flip(whole, index));
    }
  });

  test.each(['', '{', 'null', '[]', '{"format":"toolswarm-keys","version":1}'])('refuses %j', (text) => {
    writeFileSync(file, text);
    expect(open).toThrow(expect.objectContaining({ code: 'keystore.corrupt' }));
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('a newer format is told apart from damage', () => {
    writeFileSync(file, '{"format":"toolswarm-keys","version":2}');
    expect(open).toThrow(expect.objectContaining({ code: 'keystore.newer' }));
  });
});

describe('with a passphrase', () => {
  test('opens with it, in whatever Unicode form it is typed, and hides names and values', () => {
    open('Größe').set('identity/root', utf8('very secret'));
    expect(readFileSync(file, 'utf8')).not.toContain('identity');
    const again = open('Gro\u0308ße'.normalize('NFD'));
    expect(again.get('identity/root')).toEqual(utf8('very secret'));
    expect(again.passphraseProtected).toBe(true);
  });

  test('says whether it is needed or wrong', () => {
    open('right').set('a', Uint8Array.of(1));
    expect(() => open()).toThrow(expect.objectContaining({ code: 'keystore.passphrase_needed' }));
    expect(() => open('wrong')).toThrow(expect.objectContaining({ code: 'keystore.wrong_passphrase' }));
    const store = open('right');
    expect(() => store.checkPassphrase(undefined)).toThrow(
      expect.objectContaining({ code: 'keystore.passphrase_needed' }),
    );
    expect(() => store.checkPassphrase('wrong')).toThrow(
      expect.objectContaining({ code: 'keystore.wrong_passphrase' }),
    );
    store.checkPassphrase('right');
  });

  test('can be set, changed and removed', () => {
    const store = open();
    store.set('a', Uint8Array.of(7));
    store.setPassphrase('one');
    expect(open('one').get('a')).toEqual(Uint8Array.of(7));
    store.setPassphrase('two');
    expect(() => open('one')).toThrow();
    store.setPassphrase('');
    expect(open().get('a')).toEqual(Uint8Array.of(7));
  });

  test('seals an open file for which it is given', () => {
    open().set('a', Uint8Array.of(7));
    open('now');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'keystore.passphrase_needed' }));
  });

  test('a forged cost is refused before it is paid', () => {
    open('x').set('a', Uint8Array.of(1));
    writeFileSync(file, readFileSync(file, 'utf8').replace('"memoryKiB": 65536', '"memoryKiB": 1073741824'));
    expect(() => open('x')).toThrow(expect.objectContaining({ code: 'keystore.corrupt' }));
  });
});

test('ensureSecret makes a secret once', () => {
  const first = ensureSecret(open(), 'hmac/x', 32, systemRandom);
  expect(ensureSecret(open(), 'hmac/x', 32, systemRandom)).toEqual(first);
});

test('secrets of a slice are text under its prefix', () => {
  const keystore = open();
  const secrets = createSecrets(keystore, 'servers');
  secrets.set('files/TOKEN', 'a€b');
  secrets.set('files/OTHER', '');
  secrets.delete('absent');
  expect(secrets.get('files/TOKEN')).toBe('a€b');
  expect(createSecrets(open(), 'servers').keys()).toEqual(['files/OTHER', 'files/TOKEN']);
  expect(createSecrets(keystore, 'other').keys()).toEqual([]);
  secrets.delete('files/TOKEN');
  expect(open().names()).toEqual(['secrets/servers/files/OTHER']);
});

test('no file is made before there is a secret', () => {
  open();
  expect(existsSync(file)).toBe(false);
});
