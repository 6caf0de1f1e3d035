import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostNode, hostUnlocked } from '#main/shells/headless/host.ts';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'toolswarm-passphrase-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('a passphrase from the start opens sealed keys at a restart, and leaves open ones open', async () => {
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const options = { dataDir: join(root, 'data'), listen, mcpPort: 0, webPort: 0, mdns: false, env: {} };
  const first = await hostNode({ ...options, passphrase: 'from the start' });
  await first.stop();
  await expect(hostNode(options)).rejects.toMatchObject({ code: 'keystore.passphrase_needed' });
  const again = await hostUnlocked(options, 'from the start');
  const context = { signal: new AbortController().signal };
  await again.handlers['identity.setPassphrase']({ current: 'from the start', next: '' }, context);
  await again.stop();
  const opened = await hostUnlocked(options, 'from the start');
  await opened.stop();
  const last = await hostNode(options);
  expect(await last.handlers['identity.get']({}, context)).toMatchObject({ passphraseProtected: false });
  await last.stop();
}, 60_000);
