import { describe, expect, it } from 'vitest';
import type { DesktopState } from '#shared/features/desktop/host.ts';
import { gateFor, remedyFor } from '../../../../src-renderer/features/desktop/rules.ts';

const base: DesktopState = {
  host: 'child',
  state: 'running',
  version: '1.0.0',
  electronVersion: '45.0.0',
  platform: 'linux',
  packaged: true,
};
const fault = (code: string) => ({ code, message: '', advice: '', retryable: false });

describe('what a window shows while its node is away', () => {
  it('leaves what was there in view while the node comes back by itself', () => {
    expect(gateFor(base, true)).toBeUndefined();
    expect(gateFor({ ...base, state: 'starting' }, true)).toBe('banner');
    expect(gateFor({ ...base, state: 'failed', restartsAt: 1 }, true)).toBe('banner');
    expect(gateFor({ ...base, state: 'starting' }, false)).toBe('page');
    for (const state of ['stopping', 'stopped', 'failed'] as const)
      expect(gateFor({ ...base, state }, true)).toBe('page');
  });

  it('offers what helps', () => {
    const failed = (code: string) => remedyFor({ ...base, state: 'failed', fault: fault(code) });
    expect(failed('keystore.passphrase_needed')).toBe('unlock');
    expect(failed('keystore.wrong_passphrase')).toBe('unlock');
    expect(failed('node.already_running')).toBe('attach');
    expect(failed('storage.full')).toBe('start');
  });
});
