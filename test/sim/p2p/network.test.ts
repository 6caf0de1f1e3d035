import { createHarness } from '#test/support/network/harness.ts';
import { complianceSuite } from '#test/support/network/compliance.ts';
import { createSimulatedInternet } from '#test/support/network/simulated-internet.ts';
import { createSimulatedNetwork } from '#test/support/network/simulated-network.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

complianceSuite('the simulated network', () => {
  const clock = createVirtualClock();
  const internet = createSimulatedInternet({ clock, random: createSeededRandom('internet') });
  const stopTime = clock.flow();
  let number = 0;
  const harness = createHarness(
    clock,
    (deps, options) => createSimulatedNetwork(internet, deps, { ...options, listen: options.listen }),
    [],
  );
  return {
    ...harness,
    node: (spec) => harness.node({ ...spec, listen: [`/memory/${++number}`] }),
    async close() {
      await harness.close();
      stopTime();
    },
  };
});
