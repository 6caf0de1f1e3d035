/** A node behind a router that opens ports: whoever is outside connects to it without any help. */
import { afterEach, describe, expect, it } from 'vitest';
import { createLab, type Lab, type MappingKind, ROUTABLE, whyNoLab } from '#scripts/nat-lab/lab.ts';
import { onPath } from '#scripts/test/debian.ts';
import { beginNode, until } from '#test/support/network/nat-node.ts';

const reason = whyNoLab() ?? (onPath('miniupnpd') ? undefined : 'there is no miniupnpd');
if (reason !== undefined) console.warn(`Lab of port mapping left out: ${reason}.`);

let lab: Lab | undefined;
let labs = 0;

afterEach(() => {
  lab?.close();
  lab = undefined;
});

describe.skipIf(reason !== undefined)('a router that opens ports', () => {
  it.each<[MappingKind, string]>([
    ['pmp', 'pcp'],
    ['upnp', 'upnp'],
  ])('asked by %s', async (kind, by) => {
    lab = createLab(`tsm${process.pid % 10_000}${labs++}`, { a: 'mapping', b: 'open' }, { net: ROUTABLE });
    await lab.serveMappings(kind);
    const inside = await beginNode(lab, 'a', {
      number: 2,
      listen: ['/ip4/0.0.0.0/tcp/7422'],
      portMapping: true,
    });
    const mapping = await until('mapped', async () => {
      const { nat } = await inside.state();
      return nat.mapping.state === 'mapped' && nat.mapping;
    });
    expect(mapping).toMatchObject({ by, address: `${ROUTABLE}.2` });
    expect(lab.mappings()).toContain('192.168.12.2:7422');

    const address = `/ip4/${ROUTABLE}.2/tcp/${mapping.port}/p2p/${inside.peerId}`;
    await until('told to others', async () => (await inside.state()).addresses.includes(address));
    const outside = await beginNode(lab, 'b', {
      number: 3,
      listen: [`/ip4/${ROUTABLE}.13/tcp/7422`],
      relay: 'off',
    });
    expect(await outside.ask('dial', address)).toMatchObject({ path: 'direct', transport: 'tcp' });
    expect(await outside.ask('echo', inside.peerId)).toBe('hello');
    expect((await inside.state()).nat.reachable).toBe(true);

    // It was looking for places at relays until then; now one comes along, and it takes none.
    const relay = await beginNode(lab, 'pub', {
      number: 4,
      listen: [`/ip4/${ROUTABLE}.1/tcp/7004`],
      relay: 'on',
    });
    await inside.ask('dial', `/ip4/${ROUTABLE}.1/tcp/7004/p2p/${relay.peerId}`);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await inside.state()).nat.relays).toEqual([]);
    expect((await relay.state()).nat).toMatchObject({ serving: true, clients: 0 });

    await inside.ask('stop');
    expect(lab.mappings()).not.toContain('192.168.12.2:7422');
  });

  it('is understood in NAT-PMP too, where it knows nothing newer', async () => {
    lab = createLab(`tsm${process.pid % 10_000}${labs++}`, { a: 'mapping', b: 'open' }, { net: ROUTABLE });
    await lab.serveMappings('pmp');
    const node = await beginNode(lab, 'a', { number: 2, listen: ['/ip4/0.0.0.0/tcp/7422'] });
    const router = '192.168.12.1';
    const granted = { kind: 'granted', address: `${ROUTABLE}.2`, externalPort: 7444 };
    expect(await node.ask('pmpMap', router)).toMatchObject(granted);
    expect(lab.mappings()).toContain('192.168.12.2:7444');
    await node.ask('pmpUnmap', router);
    expect(lab.mappings()).not.toContain('192.168.12.2:7444');
  });
});
