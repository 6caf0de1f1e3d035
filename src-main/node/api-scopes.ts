/** Which scope of a token a call over HTTP needs. */
import { type NodeContract, contract } from '#shared/contract.ts';
import type { ApiScope } from '#shared/features/node/contract.ts';

/**
 * Never over HTTP, whatever the token: they show keys, hand out further access, or read and write any file. The
 * control socket and the dashboard, which prove the person, have them.
 */
const IN_PERSON_ONLY: ReadonlySet<string> = new Set<keyof NodeContract>([
  'api.tokens.list',
  'api.tokens.create',
  'api.tokens.revoke',
  'clients.create',
  'clients.connection',
  'clients.plan',
  'clients.planRemoval',
  'clients.connect',
  'clients.disconnect',
  'clients.disconnectAll',
  'clients.prove',
  'fleet.add',
  'fleet.answer',
  'fleet.cancelCode',
  'fleet.cancelJoin',
  'fleet.join',
  'fleet.leave',
  'fleet.remove',
  'fleet.rename',
  'fleet.setPolicy',
  'identity.revealRecoveryPhrase',
  'identity.confirmRecoveryPhrase',
  'identity.rotate',
  'identity.setPassphrase',
  'invocations.erase',
  'network.createPrivate',
  'network.forgetPrivate',
  'network.invite',
  'network.join',
  'network.leavePrivate',
  'network.rejoinPrivate',
  'node.diagnostics',
  'node.openLink',
  'operators.list',
  'operators.revoke',
  'packages.check',
  'packages.init',
  'packages.installFile',
  'packages.publish',
  'recovery.backup',
  'servers.previewImport',
  'usage.erase',
]);

/** No commands, and yet more than a look: what they ask makes this node dial, and others with it. */
const ACTS: ReadonlySet<string> = new Set<keyof NodeContract>(['node.doctor']);

/** The scope a procedure needs; undefined where it is not served over HTTP. */
export function scopeNeeded(name: string): ApiScope | undefined {
  if (IN_PERSON_ONLY.has(name) || !Object.hasOwn(contract, name)) return undefined;
  return ACTS.has(name) || contract[name as keyof NodeContract].kind === 'command' ? 'operate' : 'read';
}

export const covers = (held: ApiScope, needed: ApiScope): boolean => held === 'operate' || held === needed;
