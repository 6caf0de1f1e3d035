import { expect, it } from 'vitest';
import type { Outcome } from '#main/features/p2p/nat/mapping/mapper.ts';
import { createPortMapping } from '#main/features/p2p/nat/mapping/port-mapping.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createManualClock } from '#test/support/clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const granted = (address: string, externalPort = 7422, lifetimeS = 3600): Outcome => ({
  kind: 'granted',
  address,
  externalPort,
  lifetimeS,
});

/** A router that answers each protocol in turn with what stands next in its list. */
function setUp(answers: { pcp: Outcome[]; upnp: Outcome[] }) {
  const clock = createManualClock();
  const said: string[] = [];
  const mapper = (protocol: 'pcp' | 'upnp') => ({
    protocol,
    map: async ({ externalPort }: { externalPort: number }) => {
      said.push(`${protocol} ${externalPort}`);
      return answers[protocol].shift() ?? ({ kind: 'silent' } as const);
    },
    unmap: async ({ externalPort }: { externalPort: number }) => void said.push(`unmap ${externalPort}`),
  });
  const mapping = createPortMapping({
    clock,
    random: systemRandom,
    log: silentLog,
    internalPort: 7422,
    gateway: async () => '192.168.1.1',
    mappers: () => [mapper('pcp'), mapper('upnp')],
    opened: ({ address, port }) => void said.push(`opened ${address}:${port}`),
    closed: ({ address, port }) => void said.push(`closed ${address}:${port}`),
  });
  return { clock, mapping, said };
}

it('is renewed at half of what was granted, with the port that was given, and tells nothing twice', async () => {
  const { clock, mapping, said } = setUp({
    pcp: [granted('11.1.1.1', 9000, 600), granted('11.1.1.1', 9000, 600)],
    upnp: [],
  });
  await settled();
  clock.advance(299_000);
  await settled();
  expect(said).toEqual(['pcp 7422', 'opened 11.1.1.1:9000']);
  clock.advance(1_000);
  await settled();
  expect(said).toEqual(['pcp 7422', 'opened 11.1.1.1:9000', 'pcp 9000']);
  await mapping.stop();
});

it('follows a router whose address changed', async () => {
  const { clock, mapping, said } = setUp({ pcp: [granted('11.1.1.1'), granted('11.1.1.2')], upnp: [] });
  await settled();
  clock.advance(1_800_000);
  await settled();
  expect(said.slice(-2)).toEqual(['closed 11.1.1.1:7422', 'opened 11.1.1.2:7422']);
  expect(mapping.state()).toMatchObject({ state: 'mapped', address: '11.1.1.2' });
  await mapping.stop();
});

it('is tried by another way where the first gives it no more', async () => {
  const { clock, mapping, said } = setUp({ pcp: [granted('11.1.1.1')], upnp: [granted('11.1.1.1')] });
  await settled();
  clock.advance(1_800_000);
  await settled();
  expect(said).toEqual(['pcp 7422', 'opened 11.1.1.1:7422', 'pcp 7422', 'upnp 7422']);
  expect(mapping.state()).toMatchObject({ state: 'mapped', by: 'upnp' });
  await mapping.stop();
});

it('says who refused, and asks again ten minutes later', async () => {
  const { clock, mapping, said } = setUp({
    pcp: [{ kind: 'refused', reason: '2' }, granted('11.1.1.1')],
    upnp: [],
  });
  await settled();
  expect(mapping.state()).toEqual({ state: 'refused', by: 'pcp', reason: '2' });
  clock.advance(600_000);
  await settled();
  expect(mapping.state()).toMatchObject({ state: 'mapped' });
  await mapping.stop();
  expect(said.slice(-2)).toEqual(['closed 11.1.1.1:7422', 'unmap 7422']);
});

it('is silent where nobody answers, and has nothing to give back', async () => {
  const { mapping, said } = setUp({ pcp: [], upnp: [] });
  await settled();
  expect(mapping.state()).toEqual({ state: 'silent' });
  await mapping.stop();
  expect(said).toEqual(['pcp 7422', 'upnp 7422']);
});
