import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { complianceSuite } from '#test/support/network/compliance.ts';
import { createHarness } from '#test/support/network/harness.ts';

complianceSuite('the network on libp2p', () =>
  createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']),
);
