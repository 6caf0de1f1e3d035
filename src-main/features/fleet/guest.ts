/** This node becomes a node of another's provider: one joining at a time, which a person can follow and call off. */
import type { FleetJoining } from '#shared/features/fleet/contract.ts';
import { digitsOf, readJoinCode } from '#shared/features/fleet/join-code.ts';
import type { Welcome } from '#shared/features/fleet/messages.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { type Host, seekHost, type SeekDeps } from './seeking.ts';

export interface Guest {
  /** Resolves once the host has proven itself and a person there is asked. Throws `fleet.…`. */
  join(code: string, label: string): Promise<FleetJoining>;
  /** Resolves when the joining ended. Throws `fleet.not_joining`. */
  ended(): Promise<FleetJoining>;
  cancel(): void;
  state(): FleetJoining | undefined;
}

export interface GuestDeps extends SeekDeps {
  /** Takes the provider over. Throws `identity.…`. */
  adopt(welcome: Welcome): Promise<void>;
  onChanged(): void;
}

export function createGuest(deps: GuestDeps): Guest {
  let current:
    | { state: FleetJoining; stop: AbortController; end: PromiseWithResolvers<FleetJoining> }
    | undefined;

  const isUnderWay = () => current?.state.state === 'seeking' || current?.state.state === 'waiting';

  async function join(text: string, label: string): Promise<FleetJoining> {
    if (isUnderWay()) throw busy();
    const code = readJoinCode(text);
    const joining = {
      state: { state: 'seeking' } as FleetJoining,
      stop: new AbortController(),
      end: Promise.withResolvers<FleetJoining>(),
    };
    current = joining;
    const become = (state: FleetJoining): FleetJoining => {
      joining.state = state;
      if (state.state === 'joined' || state.state === 'failed') joining.end.resolve(state);
      if (current === joining) deps.onChanged();
      return state;
    };
    deps.onChanged();
    let host: Host;
    try {
      host = await seekHost(deps, code, label, joining.stop.signal);
    } catch (error) {
      become({ state: 'failed', fault: faultOf(error) });
      throw error;
    }
    const { name, peerId } = host;
    const known = { peerId, name, digits: digitsOf(code.text, deps.self, peerId) };
    const waiting = become({ state: 'waiting', ...known });
    host.welcome.then(deps.adopt).then(
      () => become({ state: 'joined', ...known }),
      (error: unknown) => become({ state: 'failed', ...known, fault: faultOf(error) }),
    );
    return waiting;
  }

  return {
    join,
    ended() {
      if (!current) throw notJoining();
      return current.end.promise;
    },
    cancel: () => current?.stop.abort(cancelled()),
    state: () => current?.state,
  };
}

function faultOf(error: unknown): NonNullable<FleetJoining['fault']> {
  const { advice, code, message } = toErrorShape(error);
  return { code, message, advice };
}

const busy = (): AppError =>
  new AppError('fleet.joining', 'This node is joining a provider already.', {
    advice: 'Wait for the answer of the other machine, or call it off.',
  });
const notJoining = (): AppError =>
  new AppError('fleet.not_joining', 'This node is not joining any provider.', {
    advice: 'Start with `toolswarm fleet join <code>`.',
  });
const cancelled = (): AppError => new AppError('fleet.cancelled', 'The joining was called off.');
