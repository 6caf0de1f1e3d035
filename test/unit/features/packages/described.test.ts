import { expect, it } from 'vitest';
import { installable } from '#shared/features/packages/described.ts';

const npm = {
  registryType: 'npm',
  identifier: '@sky/weather',
  version: '1.0.0',
  transport: { type: 'stdio' },
};

it('takes what can be brought here, in its order', () => {
  const mcpb = { registryType: 'mcpb', identifier: 'https://example.org/a.mcpb', fileSha256: 'a'.repeat(64) };
  const found = installable({
    packages: [
      { ...npm, registryType: 'oci' },
      mcpb,
      { ...npm, transport: { type: 'sse', url: 'http://x' } },
      npm,
      { ...npm, environmentVariables: [{ name: 'A', isSecret: true, somethingNew: 1 }] },
    ],
  });
  expect(found.map(({ registryType }) => registryType)).toEqual(['mcpb', 'npm', 'npm']);
  expect(found[2]?.environmentVariables).toMatchObject([{ name: 'A', isSecret: true, isRequired: false }]);
});

it.each([
  ['no object', 'text'],
  ['no packages', {}],
  ['packages that are none', { packages: 'many' }],
  ['a package without a name', { packages: [{ ...npm, identifier: '' }] }],
  ['a hash that is none', { packages: [{ ...npm, fileSha256: 'x' }] }],
  ['a registry without encryption', { packages: [{ ...npm, registryBaseUrl: 'http://example.org' }] }],
  ['an impossible variable', { packages: [{ ...npm, environmentVariables: [{ name: 'A=B' }] }] }],
])('finds nothing in %s', (_what, given) => {
  expect(installable(given)).toEqual([]);
});
