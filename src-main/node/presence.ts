/**
 * `/toolswarm/presence/1`: nodes that are connected tell each other whether they serve peers at the moment. Nothing that is
 * signed changes with it: tools stay in catalogs, are shown as not reachable, and heal the moment sharing is resumed.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '#main/platform/log.ts';
import type { Network } from '../features/p2p/index.ts';

export const PRESENCE_PROTOCOL = '/toolswarm/presence/1';
const presenceSchema = z.looseObject({ sharing: z.enum(['on', 'paused']) });
/** A peer that does not take it by then learns it from the first call that is refused. */
const TELL_TIMEOUT_MS = 5000;

export interface PresenceEvents {
  /** Another node paused or resumed. */
  changed: { peerId: PeerId };
}

export interface Presence extends Closeable, EventSource<PresenceEvents> {
  /** Whether a connected peer serves calls, as far as it told. */
  isServing(peerId: PeerId): boolean;
  /** This node pauses or resumes: all who are connected are told. */
  tellAll(): void;
}

export interface PresenceDeps {
  network: Network;
  log: Log;
  isPaused(): boolean;
}

export function createPresence({ network, log, isPaused }: PresenceDeps): Presence {
  const owned = createDisposableStore();
  const events = createEmitter<PresenceEvents>((error) => log.error({ err: error }, 'a listener failed'));
  /** Connected peers that serve nobody now; bounded by the connections. */
  const paused = new Set<PeerId>();

  function note(peerId: PeerId, isPaused: boolean): void {
    if (paused.has(peerId) === isPaused) return;
    if (isPaused) paused.add(peerId);
    else paused.delete(peerId);
    events.emit('changed', { peerId });
  }

  function tell(peerId: PeerId): void {
    const message: CborValue = { sharing: isPaused() ? 'paused' : 'on' };
    network
      .call(peerId, PRESENCE_PROTOCOL, encodeCbor(message), { timeoutMs: TELL_TIMEOUT_MS })
      .response.catch((error: unknown) => {
        // Older nodes do not know the protocol; those that are gone are told when they return.
        log.debug({ peerId, error: String(error) }, 'a peer was not told whether sharing is paused');
      });
  }

  owned.add(
    network.serve(PRESENCE_PROTOCOL, (payload, { peer }) => {
      const parsed = presenceSchema.safeParse(decodeCbor(payload));
      if (!parsed.success) throw new AppError('p2p.malformed', 'This is no word on sharing.');
      note(peer.peerId, parsed.data.sharing === 'paused');
      return new Uint8Array();
    }),
  );
  owned.defer(network.on('peerConnected', ({ peerId }) => isPaused() && tell(peerId)));
  owned.defer(network.on('peerDisconnected', ({ peerId }) => void paused.delete(peerId)));

  return {
    on: events.on,
    isServing: (peerId) => !paused.has(peerId),
    tellAll: () => network.peers().forEach(({ peerId }) => tell(peerId)),
    close: () => owned.close(),
  };
}
