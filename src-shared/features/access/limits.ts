/** How much others may use of what this node shares. Every limit that fits a call holds; the narrowest refuses. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { isProviderId } from '../../kernel/ids.ts';
import { serverNameSchema } from '../servers/config.ts';

/** What a limit counts. */
export const limitScopeSchema = z.discriminatedUnion('kind', [
  /** All peers together. */
  z.object({ kind: z.literal('all') }),
  /** Each provider by itself, where it has no limit of its own. */
  z.object({ kind: z.literal('each') }),
  z.object({ kind: z.literal('provider'), provider: z.string().refine(isProviderId, 'a provider id') }),
  z.object({ kind: z.literal('server'), server: serverNameSchema }),
  z.object({ kind: z.literal('tool'), server: serverNameSchema, tool: z.string().min(1).max(256) }),
  /** Calls that are made under one grant. */
  z.object({ kind: z.literal('grant'), grant: z.string().min(1).max(64) }),
]);
export type LimitScope = z.output<typeof limitScopeSchema>;

const perMinute = z.number().int().min(1).max(1_000_000);

/** Absent: not limited. */
export const limitSchema = z.object({
  callsPerMinute: perMinute
    .optional()
    .describe('Calls a minute; a sixth of them may come at once, ten at least.'),
  concurrent: z.number().int().min(1).max(100_000).optional().describe('Calls that run at the same time.'),
  kibInPerMinute: perMinute.optional().describe('KiB of arguments a minute.'),
  kibOutPerMinute: perMinute.optional().describe('KiB of results a minute.'),
  cpuSecondsPerMinute: z
    .number()
    .int()
    .min(1)
    .max(6_000)
    .optional()
    .describe(
      'Of a server: seconds of processor time a minute; beyond it calls of peers wait until it has paid for them.',
    ),
  memoryMib: z
    .number()
    .int()
    .min(8)
    .max(1_048_576)
    .optional()
    .describe(
      'Of a server: memory that each of its processes may take; one that takes more is ended and started anew.',
    ),
});
export type Limit = z.output<typeof limitSchema>;

export const scopedLimitSchema = limitSchema
  .extend({ scope: limitScopeSchema })
  .refine(
    ({ cpuSecondsPerMinute, memoryMib, scope }) =>
      scope.kind === 'server' || (cpuSecondsPerMinute === undefined && memoryMib === undefined),
    'processor time and memory are limits of a server',
  );
export type ScopedLimit = z.output<typeof scopedLimitSchema>;

/** One name for each scope: equal scopes have equal names. */
export function scopeName(scope: LimitScope): string {
  switch (scope.kind) {
    case 'all':
    case 'each':
      return scope.kind;
    case 'provider':
      return `provider ${scope.provider}`;
    case 'server':
      return `server ${scope.server}`;
    case 'tool':
      return `tool ${scope.server} ${scope.tool}`;
    case 'grant':
      return `grant ${scope.grant}`;
  }
}

/** What holds before anybody says otherwise: one provider does not take all places. */
export const DEFAULT_LIMITS: readonly ScopedLimit[] = [{ scope: { kind: 'each' }, concurrent: 128 }];

export const limitsContract = {
  'access.limits': query(
    'How much others may use of what this node shares.',
    z.object({}),
    z.object({ items: z.array(scopedLimitSchema) }),
  ),
  'access.setLimit': command(
    'Sets the limit of a scope; one without numbers removes it. Calls that run go on.',
    scopedLimitSchema,
    z.object({ items: z.array(scopedLimitSchema) }),
  ),
};
