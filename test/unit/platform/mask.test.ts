import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { createMask } from '#main/platform/mask.ts';

const surroundings = {
  home: '/home/samantha',
  user: 'samantha',
  host: 'studio-mini',
  names: ['Anna’s workshop', 'Борис', 'ورشة ليلى'],
};
const mask = (text: string) => createMask(surroundings).text(text);

const PROVIDER = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
const PEER = '12D3KooWGQmdpbHXCqLno4mMxWXKNFQHASBeF99gTm2JR8Vu5Bdc';

describe('a masked text', () => {
  it.each([
    ['tsw_0123456789abcdefghijklmnop', 'tsw_'],
    ['Bearer abcdefgh12345678', 'abcdefgh'],
    ['ghp_abcdefghijklmnopqrstuvwxyz012345', 'ghp_'],
    ['sk-proj-abcdefghijklmnop', 'sk-proj'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1', 'eyJ'],
    ['apiKey = "s3cr3t-value"', 's3cr3t'],
    ['--password=hunter2!', 'hunter2'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----', 'MIIEvQ'],
    ['key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '9f86d08'],
    ['opaque AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh', 'AbCdEf'],
    ['https://sam:pw@api.example.org/v1/users/4711?key=abc', '4711'],
    ['https://sam:pw@api.example.org/v1/users/4711?key=abc', 'sam'],
    ['mail samantha.jones@example.org', 'jones'],
    ['/home/samantha/notes/a.md', 'samantha'],
    ['/home/peter/notes', 'peter'],
    ['C:\\Users\\Peter Pan\\notes', 'Peter'],
    ['/home/samantha/clients/acme/plan.pdf', 'acme'],
    ['D:\\Users\\Peter Pan\\acme\\plan', 'acme'],
    ['/home/samantha/clients/acme/plan.pdf', 'plan'],
    ['from 203.0.113.7', '203.0.113.7'],
    ['from 2001:db8::8a2e:370:7334', '2001:db8'],
    ['/ip4/192.168.178.24/tcp/7422', '192.168'],
    ['SAMANTHA started it on studio-mini', 'SAMANTHA'],
    ['SAMANTHA started it on studio-mini', 'studio'],
    ['a call of Борис failed', 'Борис'],
    ['a call of ورشة ليلى failed', 'ليلى'],
  ])('%s does not say %s', (text, secret) => {
    expect(mask(text)).not.toContain(secret);
  });

  it('keeps what helps', () => {
    for (const text of [
      'the node is ready',
      'relay.timeout after 300000 ms',
      'listening on 127.0.0.1:7420 at 12:34:56',
      'Error: connect ECONNREFUSED 127.0.0.1:7421',
      '    at createInvocations (src-main/features/relay/invocations.ts:42:7)',
      '2026-11-22T18:01:00.123Z',
      'abandon the record: about twenty calls were lost',
    ])
      expect(mask(text)).toBe(text);
  });

  it('keeps the names of program files, which are not of the person', () => {
    expect(mask('at run (/home/samantha/toolswarm/dist/node/cli.js:12:3)')).toBe('at run (~/…/cli.js:12:3)');
  });

  it('has no recovery phrase in it, however it is written', () => {
    const phrases = fc.array(fc.constantFrom(...wordlist), { minLength: 12, maxLength: 24 });
    fc.assert(
      fc.property(phrases, fc.constantFrom(' ', ', ', '","', '\n', ' - '), (words, separator) => {
        const masked = createMask(surroundings).text(`it is ${words.join(separator)} now`);
        expect(words.filter((word) => new RegExp(`\\b${word}\\b`).test(masked)).length).toBeLessThan(3);
      }),
    );
    expect(createMask(surroundings).value({ said: wordlist.slice(5, 29) })).toEqual({ said: '<24 words>' });
  });

  it('gives the same id the same stand-in, and another another', () => {
    const { text } = createMask(surroundings);
    expect(text(`${PEER} of ${PROVIDER}`)).toBe('<peer 1> of <provider 1>');
    expect(text(`${PEER.replace('c', 'd')}, ${PEER}`)).toMatch(/^<peer 2>, <peer 1>$/);
  });

  it('is whole in values: members by their names, texts by their form', () => {
    const { value } = createMask(surroundings);
    expect(value({ token: 'x', nested: [{ '/home/samantha/a': PEER }], count: 3, ok: true })).toEqual({
      token: '…',
      nested: [{ '~/…': '<peer 1>' }],
      count: 3,
      ok: true,
    });
  });

  it('that was cut leaves no half of a secret at its end', () => {
    const text = `${'a '.repeat(1995)}ghp_abcdefghijklmnopqrstuvwxyz012345`;
    expect(mask(text)).not.toContain('ghp_');
  });

  it('is made in a time that grows with the text, whatever it is', () => {
    for (const text of ['a'.repeat(50_000), 'ab '.repeat(20_000), ':'.repeat(50_000), '1.'.repeat(30_000)])
      mask(text);
    fc.assert(fc.property(fc.string({ maxLength: 500 }), (text) => void mask(text)));
  });
});
