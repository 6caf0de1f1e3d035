import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeIn,
  invitationFaults,
  invitationLink,
  MAX_INVITATION_MS,
  readInvitation,
  writeInvitation,
} from '#shared/features/p2p/invitation.ts';
import { fromBase64Url, toBase64Url } from '#shared/kernel/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { seal } from '#shared/kernel/envelope.ts';
import { inviter, verify } from '#test/support/invitations.ts';

const anna = inviter();
const now = anna.issuedAt + 1000;
const read = (text: string, at = now) => readInvitation(text, { now: at, verify });
const faultOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};

describe('an invitation', () => {
  it('says who invites, where he is found and what it opens, by a link or its code alone', () => {
    const secret = new Uint8Array(16).fill(7);
    const network = { name: 'Workshop', key: new Uint8Array(32).fill(9) };
    const code = anna.write({ secret, network });
    for (const text of [
      code,
      invitationLink(code),
      `  ${code.slice(0, 60)}\n${code.slice(60)}\n`,
      `<${invitationLink(code)}>`,
    ])
      expect(read(text)).toEqual({
        providerId: anna.providerId,
        peerId: anna.peerId,
        label: 'node 1',
        addresses: ['/ip4/192.0.2.7/tcp/7422', '/ip6/2001:db8::7/tcp/7422'],
        issuedAt: anna.issuedAt,
        expiresAt: anna.issuedAt + 86_400_000,
        secret,
        network,
      });
  });

  it('holds for its time only', () => {
    const code = anna.write();
    expect(faultOf(() => read(code, anna.issuedAt + 86_400_000))).toBe('invitation.expired');
    expect(faultOf(() => read(code, anna.issuedAt - 11 * 60_000))).toBe('invitation.not_yet_valid');
    expect(faultOf(() => read(code, anna.issuedAt - 9 * 60_000))).toBe('none');
    const endless = anna.write({ expiresAt: anna.issuedAt + MAX_INVITATION_MS + 1 });
    expect(faultOf(() => read(endless))).toBe('invitation.malformed');
  });

  it('is signed by the very node of its certificate', () => {
    const mallory = inviter(2);
    const stolen = writeInvitation(
      {
        certificate: anna.certificate,
        addresses: ['/ip4/198.51.100.1/tcp/1'],
        issuedAt: now,
        expiresAt: now + 1000,
      },
      mallory.node,
    );
    expect(faultOf(() => read(stolen))).toBe('invitation.forged');
  });

  it('names no addresses that would be something else', () => {
    for (const address of ['', '/ip4/192.0.2.7/tcp/1/p2p/12D3KooW', 'http://x', '/ip4/ 1', '/'.repeat(300)])
      expect(
        faultOf(() => read(anna.write({ addresses: [address] }))),
        address,
      ).toBe('invitation.malformed');
    expect(faultOf(() => read(anna.write({ addresses: [] })))).toBe('invitation.malformed');
  });

  it('of another kind or shape is refused, properly signed as it may be', () => {
    const sealed = (type: string, value: CborValue) => toBase64Url(seal(type, value, anna.node).bytes);
    const payload = decodeCbor(
      (decodeCbor(fromBase64Url(anna.write())) as CborValue[])[1] as Uint8Array,
    ) as Record<string, CborValue>;
    expect(faultOf(() => read(sealed('invitation/2', payload)))).toBe('invitation.malformed');
    expect(faultOf(() => read(sealed('invitation/1', { ...payload, secret: new Uint8Array(15) })))).toBe(
      'invitation.malformed',
    );
    expect(
      faultOf(() =>
        read(sealed('invitation/1', { ...payload, network: { name: 'a\u202eb', key: new Uint8Array(32) } })),
      ),
    ).toBe('invitation.malformed');
    expect(faultOf(() => read(sealed('invitation/1', { ...payload, later: 'field' })))).toBe('none');
  });
});

describe('hostile text', () => {
  it('of any kind ends in a documented fault, never in anything else', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 400 }),
      fc.base64String({ maxLength: 800 }),
      fc.uint8Array({ minLength: 60, maxLength: 600 }).map(toBase64Url),
    );
    fc.assert(
      fc.property(text, (hostile) => {
        expect(Object.keys(invitationFaults)).toContain(faultOf(() => read(hostile)));
      }),
    );
  });

  it('that differs from a real invitation in one byte is not taken for it', () => {
    const code = anna.write({ secret: new Uint8Array(16).fill(7) });
    const bytes = fromBase64Url(code);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.slice();
        altered[at] = (altered[at] as number) ^ change;
        expect(['invitation.malformed', 'invitation.forged']).toContain(
          faultOf(() => read(toBase64Url(altered))),
        );
      }),
    );
  });

  it('that was cut off or is far too long is called no invitation', () => {
    const code = anna.write();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: code.length - 1 }), (length) => {
        expect(faultOf(() => read(code.slice(0, length)))).toBe('invitation.malformed');
      }),
    );
    expect(faultOf(() => read('A'.repeat(20_000)))).toBe('invitation.malformed');
    expect(codeIn(code)).toBe(code);
  });
});

it('has bytes that never change: the golden vector', () => {
  const vector = JSON.parse(
    readFileSync(new URL('../../../conformance/vectors/invitations.json', import.meta.url), 'utf8'),
  ) as { code: string; secret: string; networkKey: string; networkName: string };
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  const code = anna.write({
    secret: bytes(vector.secret),
    network: { name: vector.networkName, key: bytes(vector.networkKey) },
  });
  expect(code).toBe(vector.code);
  expect(encodeCbor(decodeCbor(fromBase64Url(vector.code)))).toEqual(fromBase64Url(vector.code));
  expect(read(vector.code).network?.name).toBe(vector.networkName);
});

it('the protocol page lists every fault as it is', () => {
  const page = readFileSync(new URL('../../../../docs/protocol/invitations.md', import.meta.url), 'utf8');
  const listed = page.split('\n').filter((line) => line.startsWith('| `invitation.'));
  const faults = Object.entries(invitationFaults).map(
    ([code, { message, advice, retryable }]) =>
      `| \`${code}\` | ${message} | ${advice} | ${retryable ? 'yes' : 'no'} |`,
  );
  expect(listed).toEqual(faults);
});
