/** What a window shows while its node is not running. Pure. */
import type { DesktopState } from '../../platform/desktop.ts';

/** `page`: a view in place of the pages. `banner`: a line above what was there. */
export type GateKind = 'page' | 'banner' | undefined;

/** @param wasConnected whether there is anything to leave in view. */
export function gateFor(state: DesktopState, wasConnected: boolean): GateKind {
  if (state.state === 'running') return undefined;
  const comesBack = state.state === 'starting' || state.restartsAt !== undefined;
  return wasConnected && comesBack ? 'banner' : 'page';
}

/** What a person can do about a node that failed. */
export type Remedy = 'unlock' | 'attach' | 'start';

export function remedyFor(state: DesktopState): Remedy {
  const code = state.fault?.code ?? '';
  if (code === 'keystore.passphrase_needed' || code === 'keystore.wrong_passphrase') return 'unlock';
  return code === 'node.already_running' ? 'attach' : 'start';
}
