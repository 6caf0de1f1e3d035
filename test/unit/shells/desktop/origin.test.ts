import { describe, expect, it } from 'vitest';
import { isOpenableOutside, isOwnPage } from '#main/shells/desktop/origin.ts';

describe('what counts as a page of ours', () => {
  it.each(['app://toolswarm/', 'app://toolswarm/#/servers', 'app://toolswarm/assets/a.js?b#c'])(
    '%s does',
    (url) => {
      expect(isOwnPage(url)).toBe(true);
    },
  );

  it.each([
    '',
    'about:blank',
    'https://toolswarm/',
    'file:///etc/passwd',
    'app://toolswarm.example/',
    'app://example/toolswarm/',
    'app://toolswarm@example/',
    'app://user@toolswarm/',
    'app://toolswarm:1/',
    'apps://toolswarm/',
    'data:text/html,app://toolswarm/',
    'javascript:alert(1)',
  ])('%s does not', (url) => {
    expect(isOwnPage(url)).toBe(false);
  });
});

describe('what the system’s browser may be asked to open', () => {
  it('is https alone', () => {
    expect(isOpenableOutside('https://example.org/a?b#c')).toBe(true);
    for (const url of [
      'http://example.org/',
      'file:///etc/passwd',
      'smb://host/share',
      'ms-settings:',
      'javascript:alert(1)',
      'https://user@example.org/',
      'https://:secret@example.org/',
      'https://',
      'nonsense',
      `https://example.org/${'x'.repeat(3000)}`,
    ])
      expect(isOpenableOutside(url), url).toBe(false);
  });
});
