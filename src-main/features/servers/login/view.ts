/** A login as people see it: nothing of its tokens but when they run out. Pure. */
import type { LoginState, LoginView } from '#shared/features/servers/login.ts';
import type { Challenge } from './challenge.ts';
import type { LoginRecord } from './records.ts';
import type { SignIn } from './sign-in.ts';

/** What is known of a login beyond its record; gone with the process. */
export interface Standing {
  wish?: 'needed' | 'step_up';
  challenge?: Challenge;
  waiting?: SignIn | undefined;
  problem?: LoginView['problem'];
}

export function loginViewOf(profile: string, record: LoginRecord | undefined, standing: Standing): LoginView {
  const { tokens } = record ?? {};
  return {
    profile,
    state: stateOf(record, standing),
    issuer: record?.issuer,
    account: record?.account,
    scopes: record?.scopes ?? [],
    wanted: wantedOf(record, standing),
    expiresAt: tokens?.expiresAt,
    renewable: tokens?.refresh !== undefined,
    since: record?.since,
    problem: standing.problem,
  };
}

function stateOf(record: LoginRecord | undefined, { waiting, wish }: Standing): LoginState {
  if (waiting) return 'waiting';
  if (record?.tokens) return wish === 'step_up' ? 'step_up' : 'signed_in';
  // Signing out forgets what was allowed; running out does not.
  return record && record.scopes.length > 0 ? 'expired' : 'needed';
}

const wantedOf = (record: LoginRecord | undefined, { challenge, wish }: Standing): string[] | undefined =>
  wish === 'step_up' ? challenge?.scopes?.filter((scope) => !record?.scopes.includes(scope)) : undefined;
