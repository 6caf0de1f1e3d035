import { describe, expect, it } from 'vitest';
import { takeLinkToken } from '../../../../src-renderer/platform/session.ts';

const at = (hash: string) => {
  const replaced: string[] = [];
  const location = { hash, pathname: '/', search: '' } as Location;
  const history = {
    replaceState: (_: unknown, __: string, url: string) => replaced.push(url),
  } as unknown as History;
  return { token: takeLinkToken(location, history), replaced };
};

describe('takeLinkToken', () => {
  it('takes the token and lets the address forget it', () => {
    expect(at('#t=abcdefghij_klmnopqrst-0123456789')).toEqual({
      token: 'abcdefghij_klmnopqrst-0123456789',
      replaced: ['/'],
    });
  });

  it('leaves routes alone', () => {
    for (const hash of ['', '#/servers', '#t=', '#t=short', '#t=abcdefghijklmnopqrst/../x']) {
      expect(at(hash)).toEqual({ token: undefined, replaced: [] });
    }
  });
});
