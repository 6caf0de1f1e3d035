/**
 * Taking machines in: a code is good for one guest and some minutes, and nothing is signed before a person said yes.
 * Codes live in memory alone; a restart ends them.
 */
import type { FleetCode, FleetGuest, OpenCode } from '#shared/features/fleet/contract.ts';
import { DEFAULT_CODE_MS, MAX_CODES } from '#shared/features/fleet/contract.ts';
import {
  digitsOf,
  guestProof,
  hostProof,
  isProof,
  joinLink,
  newJoinCode,
  rendezvousOf,
} from '#shared/features/fleet/join-code.ts';
import { encodeFleet, type JoinRequest, type Welcome } from '#shared/features/fleet/messages.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { RpcExchange } from '../p2p/index.ts';

interface Guest {
  view: FleetGuest;
  /** Ends the waiting of the guest's call. */
  settle(answer: Welcome | AppError): void;
}

interface Entry {
  view: FleetCode;
  /** Hex of what names the code in the network. */
  name: string;
  timer: Timer;
  guest?: Guest;
}

export interface HostDesk {
  /** Throws `fleet.too_many_codes`. */
  open(expiresInMs?: number): FleetCode;
  cancel(id: string): void;
  codes(): OpenCode[];
  guests(): FleetGuest[];
  /** A guest's call; resolves with the welcome after a yes. Throws `fleet.no_such_code`, `fleet.code_taken`, `fleet.declined`. */
  receive(request: JoinRequest, exchange: RpcExchange): Promise<Welcome>;
  /** `welcome` signs; where it throws the guest goes on waiting. Throws `fleet.no_guest`. */
  answer(id: string, welcome: ((guest: FleetGuest) => Welcome) | undefined): void;
  close(): void;
}

export interface HostDeskDeps {
  clock: Clock;
  random: Random;
  self(): { peerId: PeerId; name: string };
  /** Where guests reach this node. */
  addresses(): string[];
  /** A code is to be found in the network, or no longer. */
  onOpened(rendezvous: Uint8Array): void;
  onClosed(rendezvous: Uint8Array): void;
  onChanged(): void;
}

export function createHostDesk(deps: HostDeskDeps): HostDesk {
  const { clock, random } = deps;
  const open = new Map<string, Entry>();

  function end(code: Entry, why: AppError): void {
    open.delete(code.view.id);
    code.timer.cancel();
    code.guest?.settle(why);
    deps.onClosed(rendezvousOf(code.view.code));
    deps.onChanged();
  }

  function write(expiresInMs = DEFAULT_CODE_MS): FleetCode {
    if (open.size >= MAX_CODES) throw tooMany();
    const code = newJoinCode(random);
    const createdAt = clock.now();
    const view = {
      id: toHex(random.bytes(8)),
      code,
      link: joinLink(code, deps.addresses()),
      createdAt,
      expiresAt: createdAt + expiresInMs,
    };
    const name = toHex(rendezvousOf(code));
    const made: Entry = { view, name, timer: clock.after(expiresInMs, () => end(made, noSuchCode())) };
    open.set(view.id, made);
    deps.onOpened(rendezvousOf(code));
    deps.onChanged();
    return view;
  }

  async function receive(request: JoinRequest, { peer, send, signal }: RpcExchange): Promise<Welcome> {
    const name = toHex(request.code);
    const code = [...open.values()].find((one) => one.name === name);
    const host = deps.self();
    // Who does not know the secret learns nothing, not even that there is such a code.
    if (!code || !isProof(request.proof, guestProof(code.view.code, peer.peerId, host.peerId)))
      throw noSuchCode();
    if (code.guest && code.guest.view.peerId !== peer.peerId) throw taken();
    code.guest?.settle(noSuchCode());
    const proof = hostProof(code.view.code, peer.peerId, host.peerId);
    await send(encodeFleet({ proof, name: host.name }));
    return wait(code, { label: request.label, peerId: peer.peerId }, signal);
  }

  function wait(code: Entry, { label, peerId }: Pick<FleetGuest, 'label' | 'peerId'>, signal: AbortSignal) {
    const answered = Promise.withResolvers<Welcome>();
    const digits = digitsOf(code.view.code, peerId, deps.self().peerId);
    const view = { id: toHex(random.bytes(8)), peerId, label, digits, at: clock.now() };
    const guest: Guest = {
      view,
      settle: (answer) => (answer instanceof AppError ? answered.reject(answer) : answered.resolve(answer)),
    };
    code.guest = guest;
    const gone = () =>
      guest.settle(new AppError('fleet.guest_gone', 'The machine that wanted to join went away.'));
    signal.addEventListener('abort', gone, { once: true });
    deps.onChanged();
    return answered.promise.finally(() => {
      signal.removeEventListener('abort', gone);
      if (code.guest !== guest) return;
      delete code.guest;
      deps.onChanged();
    });
  }

  const waiting = () =>
    [...open.values()].flatMap((code) => (code.guest ? [{ code, guest: code.guest }] : []));

  return {
    open: write,
    cancel(id) {
      const code = open.get(id);
      if (code) end(code, noSuchCode());
    },
    codes: () =>
      [...open.values()].map(({ view: { createdAt, expiresAt, id } }) => ({ id, createdAt, expiresAt })),
    guests: () => waiting().map(({ guest }) => guest.view),
    receive,
    answer(id, welcome) {
      const found = waiting().find(({ guest }) => guest.view.id === id);
      if (!found) throw noGuest();
      if (welcome) found.guest.settle(welcome(found.guest.view));
      // Answered either way, the code is spent.
      end(found.code, declined());
    },
    close: () => [...open.values()].forEach((code) => end(code, noSuchCode())),
  };
}

const noSuchCode = (): AppError =>
  new AppError('fleet.no_such_code', 'There is no such code, or it was used, taken back or has expired.', {
    advice: 'Let the other machine write a new code.',
  });
const taken = (): AppError =>
  new AppError('fleet.code_taken', 'Another machine came with the same code already.', {
    advice:
      'Look at the first machine which one waits there; if you do not know it, decline it and write a new code.',
  });
const declined = (): AppError =>
  new AppError('fleet.declined', 'The other machine declined.', {
    advice: 'Let it write a new code and try again.',
  });
const noGuest = (): AppError =>
  new AppError('fleet.no_guest', 'No such machine waits any more.', {
    advice: 'Look who waits now: `toolswarm fleet list`.',
  });
const tooMany = (): AppError =>
  new AppError('fleet.too_many_codes', `More than ${MAX_CODES} codes would be open.`, {
    advice: 'Take some of them back first.',
  });
