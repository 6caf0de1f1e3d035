/**
 * A package of a centralized registry, as a `server.json` describes it (schema of 2025-12-11): where it is kept there, and
 * what it wants to be told when it starts. What strangers wrote: bounded, and of nothing else than what is used here.
 */
import { z } from 'zod';

const MAX_INPUTS = 64;
const MAX_ARGUMENTS = 32;
const text = (longest: number) => z.string().max(longest);

const inputSchema = z.object({
  description: text(2000).optional(),
  isRequired: z.boolean().default(false),
  isSecret: z.boolean().default(false),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).default('string'),
  /** Fixed; the operator is not asked. `{name}` stands for one of the variables. */
  value: text(4096).optional(),
  default: text(4096).optional(),
  choices: z.array(text(256)).max(64).default([]),
});
export type DescribedInput = z.output<typeof inputSchema>;

const withVariables = inputSchema.extend({
  variables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,31}$/), inputSchema)
    .refine((variables) => Object.keys(variables).length <= MAX_INPUTS, `at most ${MAX_INPUTS}`)
    .default({}),
});
export type DescribedValue = z.output<typeof withVariables>;

const argumentSchema = z.discriminatedUnion('type', [
  withVariables.extend({
    type: z.literal('positional'),
    valueHint: text(64).optional(),
    isRepeated: z.boolean().default(false),
  }),
  withVariables.extend({
    type: z.literal('named'),
    name: z.string().regex(/^-{0,2}[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    isRepeated: z.boolean().default(false),
  }),
]);
export type DescribedArgument = z.output<typeof argumentSchema>;

export const describedPackageSchema = z.object({
  registryType: text(32),
  /** Name at its registry, or the address of the bundle itself. */
  identifier: z.string().min(1).max(2000),
  version: z.string().min(1).max(255).optional(),
  /** Where that registry is. Absent: where the library for it looks by itself. */
  registryBaseUrl: z
    .url({ protocol: /^https$/ })
    .max(2000)
    .optional(),
  fileSha256: z
    .string()
    .regex(/^[a-f0-9]{64}$/)
    .optional(),
  transport: z.looseObject({ type: text(32) }).default({ type: 'stdio' }),
  environmentVariables: z
    .array(withVariables.extend({ name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/) }))
    .max(MAX_INPUTS)
    .default([]),
  packageArguments: z.array(argumentSchema).max(MAX_ARGUMENTS).default([]),
});
export type DescribedPackage = z.output<typeof describedPackageSchema>;

/** Kinds of packages that become bundles. */
const INSTALLABLE = new Set(['npm', 'pypi', 'mcpb']);

/** The packages of a `server.json` that can be brought here, in its order; what makes no sense is left out. */
export function installable(serverJson: unknown): DescribedPackage[] {
  const { packages } = z
    .object({ packages: z.array(z.unknown()).max(32).catch([]) })
    .catch({ packages: [] })
    .parse(serverJson);
  return packages.flatMap((one) => {
    const { data } = describedPackageSchema.safeParse(one);
    return data && data.transport.type === 'stdio' && INSTALLABLE.has(data.registryType) ? [data] : [];
  });
}
