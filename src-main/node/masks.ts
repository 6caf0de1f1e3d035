/** The node behind a fresh identity: it dials whom it is told to, and takes no part in anything. */
import type { PeerId } from '#shared/kernel/ids.ts';
import { createLibp2pNetwork, p2pMigrations } from '../features/p2p/index.ts';
import type { MasksDeps } from '../features/relay/index.ts';
import { silentLog } from '../platform/log.ts';
import { openDatabase } from '../platform/sqlite.ts';
import type { Platform } from './platform.ts';
import type { Slices } from './wiring.ts';

const MAX_CONNECTIONS = 8;

/** @param privateAddresses as the node itself has it: a tool of the office is called in the office */
export const maskOpener =
  (
    { clock, random }: Pick<Platform, 'clock' | 'random'>,
    { identity, trust }: Pick<Slices, 'identity' | 'trust'>,
    privateAddresses: () => 'auto' | 'always',
  ): MasksDeps['open'] =>
  ({ certificate, nodeSeed }) =>
    createLibp2pNetwork(
      {
        clock,
        random,
        // Whom it meets is nobody's business later: not in the log, nor among the peers that are remembered.
        log: silentLog,
        db: openDatabase({ file: ':memory:', migrations: p2pMigrations, now: clock.now() }),
        privateKey: nodeSeed,
        certificate: () => certificate,
        gate: (peerId: PeerId) => !trust.isBlocked(peerId),
        admit: identity.admit,
      },
      {
        agent: 'toolswarm',
        listen: [],
        bootstrap: [],
        mdns: false,
        dhtServer: false,
        relay: 'off',
        useRelays: true,
        webrtc: false,
        portMapping: false,
        privateAddresses: privateAddresses(),
        maxConnections: MAX_CONNECTIONS,
      },
    );
