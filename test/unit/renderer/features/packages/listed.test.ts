import { describe, expect, it } from 'vitest';
import { describedPackageSchema } from '#shared/features/packages/described.ts';
import { askedBy, bringable, readPermissions } from '../../../../../src-renderer/features/packages/listed.ts';

const described = (part: object) =>
  describedPackageSchema.parse({
    registryType: 'npm',
    identifier: '@example/weather',
    version: '2.4.1',
    ...part,
  });

describe('a package of a centralized registry', () => {
  it('asks for its variables, each with what its author says of it', () => {
    const environmentVariables = [
      { name: 'API_KEY', description: 'From the service.', isRequired: true, isSecret: true },
      { name: 'UNITS', default: 'metric' },
      { name: 'MODE', value: 'stdio' },
    ];
    expect(askedBy(described({ environmentVariables }))).toMatchObject({
      API_KEY: { title: 'API_KEY', required: true, sensitive: true, description: 'From the service.' },
      UNITS: { required: false, default: 'metric' },
    });
    expect(Object.keys(askedBy(described({ environmentVariables })) ?? {})).toEqual(['API_KEY', 'UNITS']);
  });

  it('is left to the form for servers where it asks for more', () => {
    const needs = (argument: object) => askedBy(described({ packageArguments: [argument] }));
    expect(needs({ type: 'positional', valueHint: 'folder', isRequired: true })).toBeUndefined();
    expect(needs({ type: 'named', name: '--root', isRequired: true })).toBeUndefined();
    expect(needs({ type: 'named', name: '--verbose' })).toEqual({});
    expect(needs({ type: 'positional', value: 'serve' })).toEqual({});
    const composed = [{ name: 'URL', value: 'https://{host}/', variables: { host: { isRequired: true } } }];
    expect(askedBy(described({ environmentVariables: composed }))).toBeUndefined();
  });

  it('is found in a server.json, whatever else stands in it', () => {
    const packages = [{ registryType: 'oci', identifier: 'image' }, described({})];
    expect(bringable(JSON.stringify({ packages }))?.identifier).toBe('@example/weather');
    expect(bringable('{"packages": 7}')).toBeUndefined();
    expect(bringable('no JSON')).toBeUndefined();
  });
});

describe('permissions that are typed', () => {
  it('are read line by line; what is none is known by its field', () => {
    const good = readPermissions({
      hosts: ' api.example.org \n\n*.example.com',
      read: '~/Documents',
      write: '',
    });
    expect(good.all).toMatchObject({
      hosts: ['api.example.org', '*.example.com'],
      read: ['~/Documents'],
      write: [],
    });
    const bad = readPermissions({ hosts: 'https://example.org/', read: '/etc', write: '~/Notes' });
    expect(bad).toEqual({ hosts: undefined, read: undefined, write: ['~/Notes'], all: undefined });
  });
});
