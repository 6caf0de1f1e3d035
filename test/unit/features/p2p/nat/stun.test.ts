/** Answers to binding requests, and to nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANSWERS_PER_ADDRESS,
  ANSWERS_PER_SECOND,
  bindingResponse,
  createAnswerLimit,
} from '#main/features/p2p/nat/stun.ts';

const request = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex');

describe('a binding request', () => {
  // The mapped addresses of RFC 5769, 2.2 and 2.3, of the same transaction.
  it.each([
    ['192.0.2.1', '0001a147e112a643'],
    ['::ffff:192.0.2.1', '0001a147e112a643'],
    ['2001:db8:1234:5678:11:2233:4455:6677', '0002a1470113a9faa5d3f179bc25f4b5bed2b9d9'],
  ])('from %s is told so', (address, mapped) => {
    const response = bindingResponse(request, { address, port: 32_853 });
    expect(response?.subarray(0, 2).toString('hex')).toBe('0101');
    expect(response?.subarray(4, 20)).toEqual(request.subarray(4));
    expect(response?.subarray(24).toString('hex')).toBe(mapped);
  });

  it('is the only thing that is answered, and never with more than 44 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const response = bindingResponse(Buffer.from(bytes), { address: '192.0.2.1', port: 9 });
        expect(response === undefined || response.length <= 44).toBe(true);
      }),
    );
    const indication = Buffer.from(request);
    indication.writeUInt16BE(0x0101, 0);
    expect(bindingResponse(indication, { address: '192.0.2.1', port: 9 })).toBeUndefined();
  });
});

describe('answers', () => {
  it('are limited for one address and for all, anew each second', () => {
    let now = 0;
    const mayAnswer = createAnswerLimit(() => now);
    const given = (address: string, tries: number) =>
      Array.from({ length: tries }, () => mayAnswer(address)).filter(Boolean).length;
    expect(given('192.0.2.1', 100)).toBe(ANSWERS_PER_ADDRESS);
    let all = ANSWERS_PER_ADDRESS;
    for (let i = 2; i < 200; i++) all += given(`192.0.2.${i}`, 5);
    expect(all).toBe(ANSWERS_PER_SECOND);
    now = 1000;
    expect(given('192.0.2.1', 1)).toBe(1);
  });
});
