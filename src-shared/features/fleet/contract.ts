/** Several nodes of one provider: who they are, how they join and leave, and what they do. */
import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { usageAnswerSchema, usageContract, usageSumsSchema } from '../metrics/usage.ts';
import { POLICY_KINDS } from './policy-items.ts';

export const DEFAULT_CODE_MS = 15 * 60_000;
export const MAX_CODE_MS = 24 * 3_600_000;
/** Codes that are open at a time. */
export const MAX_CODES = 8;

const policyKindSchema = z.enum(POLICY_KINDS);
const label = z.string().trim().max(64);
const passphrase = z.string().max(1024).optional();

export const fleetNodeSchema = z.object({
  peerId: z.string(),
  /** What the provider calls it; empty where nobody named it. */
  label: z.string(),
  /** This very node. */
  self: z.boolean(),
  connected: z.boolean(),
  /** Whether the provider’s signed list names it. A provider whose nodes all keep its key has no list. */
  listed: z.boolean(),
  /** Epoch ms. */
  addedAt: z.number().optional(),
  lastSeenAt: z.number().optional(),
  latencyMs: z.number().optional(),
  /** Absent where the node did not tell. Counts of calls are of the last 24 hours. */
  facts: z
    .object({
      version: z.string(),
      startedAt: z.number(),
      shares: z.number(),
      tools: z.number(),
      calls: z.number(),
      errors: z.number(),
      running: z.number(),
      waiting: z.number(),
      rootHere: z.boolean(),
    })
    .optional(),
});
export type FleetNode = z.output<typeof fleetNodeSchema>;

/** A code that is open; what it says is shown once, to who wrote it. */
export const openCodeSchema = z.object({ id: z.string(), createdAt: z.number(), expiresAt: z.number() });
export type OpenCode = z.output<typeof openCodeSchema>;

export const fleetCodeSchema = openCodeSchema.extend({
  /** `ABCD-EFGH-JKMN-PQRS`. */
  code: z.string(),
  /** The same with addresses, to be pasted or photographed. */
  link: z.string(),
});
export type FleetCode = z.output<typeof fleetCodeSchema>;

export const fleetGuestSchema = z.object({
  id: z.string(),
  peerId: z.string(),
  /** What it calls itself. */
  label: z.string(),
  /** `123 456`; the other machine shows the same. */
  digits: z.string(),
  at: z.number(),
});
export type FleetGuest = z.output<typeof fleetGuestSchema>;

/** How the joining of this node goes. */
export const joiningSchema = z.object({
  state: z.enum(['seeking', 'waiting', 'joined', 'failed']),
  /** The node that wrote the code, once it has proven that it did. */
  peerId: z.string().optional(),
  name: z.string().optional(),
  digits: z.string().optional(),
  fault: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
});
export type FleetJoining = z.output<typeof joiningSchema>;

export const fleetSchema = z.object({
  providerId: z.string(),
  displayName: z.string(),
  /** Whether the provider key is on this machine: only here nodes can be added, named and removed. */
  rootHere: z.boolean(),
  /** Whether that takes a passphrase. */
  passphraseProtected: z.boolean(),
  /** The provider that this node was before it joined, and becomes again when it leaves. */
  formerProvider: z.string().nullable(),
  /** The provider took this node out: nobody who knows admits it. */
  removed: z.boolean(),
  /** This one first, then by name. */
  nodes: z.array(fleetNodeSchema),
  codes: z.array(openCodeSchema),
  /** Machines that wait for a yes. */
  guests: z.array(fleetGuestSchema),
  joining: joiningSchema.optional(),
});
export type Fleet = z.output<typeof fleetSchema>;

export const fleetPolicySchema = z.object({
  /** Whether this node shares its policy with the other nodes of its provider. */
  on: z.boolean(),
  kinds: z.array(z.object({ kind: policyKindSchema, count: z.number() })),
  /** Nodes that were found to hold the same, and when (epoch ms). */
  nodes: z.array(z.object({ peerId: z.string(), at: z.number() })),
  /** Facts that cannot hold on this node. */
  failed: z.number(),
  /** What other nodes changed here since the start, the latest first; at most 50. */
  changes: z.array(
    z.object({
      kind: policyKindSchema,
      key: z.string(),
      at: z.number(),
      node: z.string(),
      ended: z.boolean(),
      /** Something else had been said on this node. */
      replaced: z.boolean(),
    }),
  ),
});
export type FleetPolicy = z.output<typeof fleetPolicySchema>;

export const fleetUsageSchema = usageAnswerSchema.extend({
  /** Each node that told, this one first, with what it told. */
  nodes: z.array(z.object({ peerId: z.string(), label: z.string(), total: usageSumsSchema })),
  /** Connected nodes that did not answer in time; nodes that are away are not asked. */
  silent: z.array(z.object({ peerId: z.string(), label: z.string() })),
});
export type FleetUsage = z.output<typeof fleetUsageSchema>;

export const fleetContract = {
  'fleet.list': query(
    'The nodes of this provider, and machines that want to become one.',
    z.object({}),
    fleetSchema,
  ),
  'fleet.watch': stream('As `fleet.list`, again whenever something changed.', z.object({}), fleetSchema),
  'fleet.add': command(
    'Writes a code that makes one machine a node of this provider, after a yes here.',
    z.object({ expiresInMs: z.int().min(60_000).max(MAX_CODE_MS).optional() }),
    fleetCodeSchema,
  ),
  'fleet.cancelCode': command('Takes a code back.', z.object({ id: z.string() }), z.object({})),
  'fleet.answer': command(
    'Takes a machine in that waits with a code, or declines it.',
    z.object({ id: z.string(), accept: z.boolean(), label: label.optional(), passphrase }),
    fleetSchema,
  ),
  'fleet.join': command(
    'Makes this machine a node of the provider whose code is given: it finds the node that wrote the code, proves itself and waits for a yes there.',
    z.object({ code: z.string().max(8192), label: label.optional() }),
    joiningSchema,
  ),
  'fleet.awaitJoin': query('Waits until the joining of this node ended.', z.object({}), joiningSchema),
  'fleet.cancelJoin': command('Calls the joining of this node off.', z.object({}), z.object({})),
  'fleet.rename': command(
    'Gives a node another name.',
    z.object({ peerId: z.string(), label: label.min(1) }),
    fleetSchema,
  ),
  'fleet.usage': query(
    'As `usage.query`, of all connected nodes of this provider together.',
    usageContract['usage.query'].input,
    fleetUsageSchema,
  ),
  'fleet.policy': query(
    'What is one policy for all nodes of this provider.',
    z.object({}),
    fleetPolicySchema,
  ),
  'fleet.setPolicy': command(
    'Shares blocks, known providers, limits, approvals and grants with the other nodes of this provider, or no longer.',
    z.object({ on: z.boolean() }),
    fleetPolicySchema,
  ),
  'fleet.remove': command(
    'Takes a node out: whoever knows admits it no more.',
    z.object({ peerId: z.string(), passphrase }),
    fleetSchema,
  ),
  'fleet.leave': command(
    'Makes this node a provider of its own again.',
    z.object({}),
    z.object({ providerId: z.string() }),
  ),
};
