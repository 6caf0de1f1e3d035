import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import {
  foreignManifest,
  type Program,
  packageName,
  semanticVersion,
} from '#main/features/packages/foreign/manifest.ts';
import type { Provenance } from '#main/features/packages/foreign/types.ts';
import { describedPackageSchema } from '#shared/features/packages/described.ts';
import { manifestSchema } from '#shared/features/packages/manifest.ts';
import { packageNameSchema } from '#shared/features/packages/release.ts';
import { AppError } from '#shared/kernel/errors.ts';
import '#test/support/properties.ts';

const provenance: Provenance = {
  registryType: 'npm',
  identifier: '@sky/weather-mcp',
  version: '1.2.0',
  integrity: 'sha512-x',
  parts: [],
};
const program: Program = { type: 'node', entryPoint: 'node_modules/x/run.js' };
const raw = (more: object, of: Program = program) =>
  foreignManifest(
    describedPackageSchema.parse({
      registryType: 'npm',
      identifier: '@sky/weather-mcp',
      version: '1.2.0',
      ...more,
    }),
    of,
    provenance,
  );
const made = (more: object, of?: Program) => manifestSchema.parse(raw(more, of));
/** As others who know bundles read it. */
const isMcpb = addFormats
  .default(new Ajv({ strict: false }))
  .compile(
    JSON.parse(
      readFileSync(
        new URL('mcpb-manifest-v0.3.schema.json', import.meta.resolve('@anthropic-ai/mcpb')),
        'utf8',
      ),
    ) as object,
  );
const commandOf = (more: object) => made(more).server.mcp_config;

describe('what a registry says of variables and arguments', () => {
  it('becomes settings: secrets as secrets, fixed values as they are, choices in words', () => {
    const { server, user_config } = made({
      environmentVariables: [
        { name: 'KEY', isSecret: true, isRequired: true, default: 'never shown' },
        { name: 'MODE', value: 'fast' },
        { name: 'LEVEL', format: 'number', default: '3', choices: ['1', '3'] },
        { name: 'URL', value: 'https://{host}/api', variables: { host: { isRequired: true } } },
        { name: 'ROOT', format: 'filepath' },
      ],
    });
    expect(server.mcp_config.env).toEqual({
      KEY: '${user_config.KEY}',
      MODE: 'fast',
      LEVEL: '${user_config.LEVEL}',
      URL: 'https://${user_config.URL_host}/api',
      ROOT: '${user_config.ROOT}',
    });
    expect(user_config).not.toHaveProperty('KEY.default');
    expect(user_config).toMatchObject({
      KEY: { sensitive: true, required: true },
      LEVEL: { type: 'number', default: 3, description: expect.stringContaining('1, 3') },
      URL_host: { required: true },
      ROOT: { type: 'file', required: false },
    });
  });

  it('becomes arguments in their order; a flag that is optional and has no value is left out', () => {
    const { args } = commandOf({
      packageArguments: [
        { type: 'positional', value: 'serve' },
        { type: 'named', name: '--verbose' },
        { type: 'named', name: '--level', default: '2', format: 'number' },
        { type: 'positional', valueHint: 'folder', isRequired: true, format: 'filepath' },
        { type: 'positional', valueHint: 'folder', isRepeated: true },
      ],
    });
    expect(args.slice(1)).toEqual([
      'serve',
      '--level=${user_config.level}',
      '${user_config.folder}',
      '${user_config.folder_2}',
    ]);
  });

  it.each([
    ['a value that refers to the operator’s', { environmentVariables: [{ name: 'A', value: '${HOME}' }] }],
    ...['NODE_OPTIONS', 'LD_PRELOAD', 'PYTHONSTARTUP', 'path', 'UV_INDEX'].map((name): [string, object] => [
      name,
      { environmentVariables: [{ name }] },
    ]),
  ])('is refused: %s', (_what, more) => {
    expect(() => made(more)).toThrow(expect.objectContaining({ code: 'packages.foreign_unsupported' }));
  });

  it('gives a manifest that holds, or a refusal, whatever strangers wrote', () => {
    expect(isMcpb(raw({ environmentVariables: [{ name: 'A' }] }))).toBe(true);
    const words = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(
        words,
        words,
        words,
        fc.constantFrom('string', 'number', 'boolean', 'filepath'),
        (a, b, c, format) => {
          const more = {
            environmentVariables: [{ name: 'A', description: a, default: b, format, choices: [c] }],
            packageArguments: [{ type: 'positional', valueHint: c.slice(0, 64), default: a }],
          };
          const of = { ...program, title: a, description: b, author: c, license: a, requires: b };
          try {
            const manifest = raw(more, of);
            manifestSchema.parse(manifest);
            isMcpb(manifest);
            expect(isMcpb.errors ?? []).toEqual([]);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
    );
  });
});

it.each([
  ['@scope/My.Server', 'my-server'],
  ['https://example.org/a/Weather_1.mcpb', 'weather_1'],
  ['---', 'package'],
  ['x'.repeat(50), 'x'.repeat(31)],
])('%s is called %s', (identifier, name) => {
  expect(packageName(identifier)).toBe(name);
});

it.each([
  ['1.2.3', '1.2.3'],
  ['1.2.3-beta.1', '1.2.3-beta.1'],
  ['1.2', '1.2.0'],
  ['2026.08.31', '2026.8.31'],
  ['1.0rc1', '1.0.0-rc1'],
  ['1.2.3.4', '1.2.3-4'],
  ['v7', '7.0.0'],
  ['nonsense', '0.0.0'],
])('version %s is %s', (version, semantic) => {
  expect(semanticVersion(version)).toBe(semantic);
});

it('every name and version has a form that packages may have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      packageNameSchema.parse(packageName(text));
      const version = semanticVersion(text);
      expect(semver.valid(version)).toBe(version);
    }),
  );
});
