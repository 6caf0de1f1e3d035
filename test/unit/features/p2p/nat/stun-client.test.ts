import { afterEach, expect, it } from 'vitest';
import { askStun, bindingRequest, mappedAddress } from '#main/features/p2p/nat/stun-client.ts';
import { bindingResponse, serveStun, type StunResponder } from '#main/features/p2p/nat/stun.ts';
import { systemClock } from '#main/platform/clock.ts';
import { systemRandom } from '#main/platform/random.ts';

const transaction = new Uint8Array(12).fill(7);
const response = (port = 40_001) =>
  bindingResponse(bindingRequest(transaction), { address: '203.0.113.9', port }) as Buffer;

let responder: StunResponder | undefined;
afterEach(() => responder?.close());

it('reads the address that the responder writes', () => {
  expect(mappedAddress(response(), transaction)).toBe('203.0.113.9:40001');
});

it('takes no answer to another request, and none that is cut short', () => {
  expect(mappedAddress(response(), new Uint8Array(12))).toBeUndefined();
  for (let length = 0; length < response().length; length++)
    expect(mappedAddress(response().subarray(0, length), transaction)).toBeUndefined();
});

it('asks a real responder, and counts only those that can be asked', async () => {
  responder = await serveStun({ clock: systemClock }, [{ host: '127.0.0.1', port: 0 }]);
  const server = `127.0.0.1:${responder.ports[0]}`;
  const deps = { clock: systemClock, random: systemRandom };
  const { asked, seen } = await askStun(deps, [server, '[::1]:9'], new AbortController().signal);
  expect(asked).toBe(1);
  expect(seen).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
  expect(await askStun(deps, [], new AbortController().signal)).toEqual({ asked: 0, seen: [] });
});
