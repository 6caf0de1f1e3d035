import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeClient } from '#shared/contract.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Keystore, openKeystore } from '#main/platform/keystore.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createKeychain, type SafeStorage } from '#main/shells/desktop/keychain.ts';
import { leaveKeychain, protectByKeychain } from '#main/shells/desktop/keychain-switch.ts';

let dataDir = '';
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-keychain-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** A keychain of one account: what it sealed it opens, and nobody else does. */
function storage(account: string, backend = 'gnome_libsecret'): SafeStorage {
  return {
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => Buffer.from(`${account}:${Buffer.from(text).toString('hex')}`),
    decryptString(sealed) {
      const [owner, hex = ''] = sealed.toString().split(':');
      if (owner !== account) throw new Error('another account');
      return Buffer.from(hex, 'hex').toString();
    },
  };
}

const keychainOf = (safeStorage: SafeStorage, platform: NodeJS.Platform = 'linux') =>
  createKeychain({ dataDir, safeStorage, platform, log: silentLog });

/** The part of a node that owns a real keystore in the same folder. */
function nodeOf(keystore: Keystore): NodeClient {
  const identity = () => ({ passphraseProtected: keystore.passphraseProtected });
  return {
    'identity.get': () => Promise.resolve(identity()),
    'identity.setPassphrase': async ({ current, next }: { current?: string; next: string }) => {
      keystore.checkPassphrase(current);
      keystore.setPassphrase(next);
      return Promise.resolve(identity());
    },
  } as unknown as NodeClient;
}

const keysFile = () => join(dataDir, 'keys.json');
function keystoreOf(passphrase?: string): Keystore {
  return openKeystore({
    file: keysFile(),
    random: systemRandom,
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

describe('what the system offers', () => {
  it('is said as it is', () => {
    expect(keychainOf(storage('me')).view()).toEqual({ level: 'system', backend: 'gnome_libsecret' });
    expect(keychainOf(storage('me', 'basic_text')).view()).toEqual({ level: 'weak', backend: 'basic_text' });
    expect(keychainOf(storage('me', 'unknown')).view().level).toBe('weak');
    expect(keychainOf({ ...storage('me'), isEncryptionAvailable: () => false }).view().level).toBe('none');
    expect(keychainOf(storage('me'), 'darwin').view().backend).toBe('keychain');
    expect(keychainOf(storage('me'), 'win32').view().backend).toBe('dpapi');
  });

  it('is not used where it protects nothing', () => {
    const keychain = keychainOf(storage('me', 'basic_text'));
    expect(() => keychain.hold('secret', 'person')).toThrow(
      expect.objectContaining({ code: 'desktop.no_keychain' }),
    );
    expect(keychain.view().holds).toBeUndefined();
  });

  it('is not trusted where it does not give back what it took', () => {
    const keychain = keychainOf({ ...storage('me'), decryptString: () => 'something else' });
    expect(() => keychain.hold('secret', 'person')).toThrow(
      expect.objectContaining({ code: 'desktop.no_keychain' }),
    );
  });
});

describe('a sealed passphrase', () => {
  it('is known after a restart, to the same account alone', async () => {
    keychainOf(storage('me')).hold('secret', 'person');
    expect(await keychainOf(storage('me')).recall()).toBe('secret');
    expect(await keychainOf(storage('another')).recall()).toBeUndefined();
    expect(readFileSync(join(dataDir, 'keychain.json'), 'utf8')).not.toContain('secret');
  });

  it('that cannot be read is asked for instead', async () => {
    writeFileSync(join(dataDir, 'keychain.json'), '{"format":');
    expect(await keychainOf(storage('me')).recall()).toBeUndefined();
  });

  it('follows one that a person changed elsewhere', async () => {
    const keychain = keychainOf(storage('me'));
    keychain.hold('old', 'program');
    await keychain.keep('new');
    expect(keychain.view().holds).toBe('person');
    expect(await keychainOf(storage('me')).recall()).toBe('new');
  });

  it('is only remembered where nobody turned the keychain on', async () => {
    const keychain = keychainOf(storage('me'));
    await keychain.keep('typed');
    expect(await keychain.recall()).toBe('typed');
    expect(await keychainOf(storage('me')).recall()).toBeUndefined();
  });
});

describe('turning it on and off', () => {
  const secret = Uint8Array.of(1, 2, 3);

  it('seals an open keystore with a passphrase of its own, and opens it again', async () => {
    const keystore = keystoreOf();
    keystore.set('identity/root', secret);
    const keychain = keychainOf(storage('me'));
    const deps = { keychain, node: () => nodeOf(keystore), random: systemRandom };
    await protectByKeychain(deps);
    expect(keychain.view().holds).toBe('program');
    expect(() => keystoreOf()).toThrow(expect.objectContaining({ code: 'keystore.passphrase_needed' }));
    const recalled = await keychainOf(storage('me')).recall();
    expect(keystoreOf(recalled).get('identity/root')).toEqual(secret);
    await leaveKeychain(deps);
    expect(keychain.view().holds).toBeUndefined();
    expect(await keychain.recall()).toBeUndefined();
    expect(keystoreOf().get('identity/root')).toEqual(secret);
  });

  it('keeps a person’s own passphrase once it is proven, and leaves it on the keystore', async () => {
    const keystore = keystoreOf('mine');
    keystore.set('identity/root', secret);
    const keychain = keychainOf(storage('me'));
    const deps = { keychain, node: () => nodeOf(keystore), random: systemRandom };
    await expect(protectByKeychain(deps)).rejects.toMatchObject({ code: 'desktop.passphrase_needed' });
    await expect(protectByKeychain(deps, 'wrong')).rejects.toMatchObject({
      code: 'keystore.wrong_passphrase',
    });
    expect(keychain.view().holds).toBeUndefined();
    await protectByKeychain(deps, 'mine');
    expect(keychain.view().holds).toBe('person');
    await leaveKeychain(deps);
    expect(() => keystoreOf()).toThrow(expect.objectContaining({ code: 'keystore.passphrase_needed' }));
    expect(keystoreOf('mine').get('identity/root')).toEqual(secret);
  });

  it('that was cut between its two steps is completed by the next start', async () => {
    keystoreOf().set('identity/root', secret);
    const keychain = keychainOf(storage('me'));
    keychain.hold('made', 'program');
    // The keystore never heard of it: the next start is given the passphrase and seals the open file.
    const recalled = await keychainOf(storage('me')).recall();
    expect(keystoreOf(recalled).get('identity/root')).toEqual(secret);
    expect(() => keystoreOf()).toThrow(expect.objectContaining({ code: 'keystore.passphrase_needed' }));
  });

  it('locks nobody out where the node ends before its answer arrives', async () => {
    const keystore = keystoreOf();
    keystore.set('identity/root', secret);
    const node = nodeOf(keystore);
    let isGone = false;
    const dying = {
      'identity.get': () => (isGone ? Promise.reject(new Error('gone')) : node['identity.get']({})),
      'identity.setPassphrase': async (input: { next: string }) => {
        await node['identity.setPassphrase'](input);
        isGone = true;
        throw new Error('gone');
      },
    } as unknown as NodeClient;
    const keychain = keychainOf(storage('me'));
    const protecting = protectByKeychain({ keychain, node: () => dying, random: systemRandom });
    await expect(protecting).rejects.toThrow('gone');
    const recalled = await keychainOf(storage('me')).recall();
    expect(keystoreOf(recalled).get('identity/root')).toEqual(secret);
  });

  it('changes nothing where the node refuses', async () => {
    const keychain = keychainOf(storage('me'));
    const refusing = {
      'identity.get': () => Promise.resolve({ passphraseProtected: false }),
      'identity.setPassphrase': () => Promise.reject(new Error('the disk is full')),
    } as unknown as NodeClient;
    await expect(protectByKeychain({ keychain, node: () => refusing, random: systemRandom })).rejects.toThrow(
      'the disk is full',
    );
    expect(keychain.view().holds).toBeUndefined();
  });
});
