/** Which parts of a node are one policy for all nodes of its provider: blocks, known providers, limits, approvals, grants. */
import { ruleSchema } from '#shared/features/registry/approval-rules.ts';
import { toolSchema } from '#shared/features/registry/tool.ts';
import { limitScopeSchema, scopedLimitSchema, scopeName } from '#shared/features/access/limits.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import { fromBase64Url, toBase64Url } from '#shared/kernel/bytes.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import { z } from 'zod';
import type { Access, Grants } from '../features/access/index.ts';
import type { PolicySource } from '../features/fleet/index.ts';
import type { Registry } from '../features/registry/index.ts';
import type { Trust } from '../features/trust/index.ts';

export interface PolicySourcesDeps {
  access: Access;
  grants: Grants;
  registry: Registry;
  trust: Trust;
  self: PeerId;
}

export const policySources = ({
  access,
  grants,
  registry,
  self,
  trust,
}: PolicySourcesDeps): PolicySource[] => [
  ...trustSources(trust),
  limitSource(access),
  ...approvalSources(registry),
  grantSource(grants),
  usesSource(grants, self),
];

const setOf = (ids: readonly string[]): Map<string, JsonValue> => new Map(ids.map((id) => [id, true]));
const both =
  (...stops: Array<() => void>) =>
  () =>
    stops.forEach((stop) => stop());

const trustSources = (trust: Trust): PolicySource[] => [
  {
    kind: 'block',
    read: () => setOf(trust.blocks()),
    apply: (id, value) => (value === undefined ? trust.unblock(id) : trust.block(id)),
    subscribe: (changed) => both(trust.on('blocked', changed), trust.on('unblocked', changed)),
  },
  {
    kind: 'known',
    read: () => setOf(trust.known()),
    apply: (id, value) => trust.setKnown(id, value !== undefined),
    subscribe: (changed) => trust.on('knownChanged', changed),
  },
];

/**
 * The key is the scope itself, so that a limit that ended is known by it. Limits of servers stay with the node whose servers
 * they are: a server that is removed there would take the limits of others away.
 */
const limitSource = (access: Access): PolicySource => ({
  kind: 'limit',
  read: () =>
    new Map(
      access.limits
        .list()
        .filter(({ scope }) => scope.kind !== 'server' && scope.kind !== 'tool')
        .map((limit) => [JSON.stringify(limit.scope), limit as unknown as JsonValue]),
    ),
  apply(key, value) {
    const scope = limitScopeSchema.parse(JSON.parse(key));
    const limit = value === undefined ? { scope } : scopedLimitSchema.parse(value);
    if (scopeName(limit.scope) === scopeName(scope)) access.limits.set(limit);
  },
  subscribe: (changed) => access.on('limitsChanged', changed),
});

const decisionSchema = z.object({
  verdict: z.enum(['approved', 'rejected']),
  fingerprint: z.string().max(128),
  shown: toolSchema,
});

const approvalSources = (registry: Registry): PolicySource[] => [
  {
    kind: 'rules',
    read: () => new Map([['', registry.policy.rules() as unknown as JsonValue]]),
    apply: (_key, value) => registry.policy.setRules(z.array(ruleSchema).parse(value ?? [])),
    subscribe: (changed) => registry.on('policyChanged', changed),
  },
  {
    kind: 'decision',
    read: () =>
      new Map([...registry.policy.decisions()].map(([key, one]) => [key, one as unknown as JsonValue])),
    apply: (key, value) =>
      registry.policy.setDecision(key, value === undefined ? undefined : decisionSchema.parse(value)),
    subscribe: (changed) => registry.on('policyChanged', changed),
  },
];

const grantSchema = z.object({
  bytes: z.string().max(64 * 1024),
  note: z.string().max(1000),
  revokedAt: z.number().nullable(),
});

/** Each node honours what another one granted; the holder is told by the node that signed. */
const grantSource = (grants: Grants): PolicySource => ({
  kind: 'grant',
  read: () =>
    new Map(
      grants
        .made()
        .filter(({ grant }) => !grant.link)
        .map(({ bytes, id, note, revokedAt = null }) => [id, { bytes: toBase64Url(bytes), note, revokedAt }]),
    ),
  apply(id, value) {
    // Grants that ended long ago are forgotten by each node in its own time.
    if (value === undefined) return;
    const { bytes, note, revokedAt } = grantSchema.parse(value);
    grants.adopt(id, { bytes: fromBase64Url(bytes), note, revokedAt: revokedAt ?? undefined });
  },
  subscribe: (changed) => grants.on('madeChanged', changed),
});

/** A count for each node and grant: only that node writes it, and the sum is what the grant has left. */
const usesSource = (grants: Grants, self: PeerId): PolicySource => ({
  kind: 'uses',
  read: () =>
    new Map(grants.made().flatMap(({ id, used }) => (used > 0 ? [[`${id}/${self}`, used] as const] : []))),
  apply(key, value, by) {
    const [id = ''] = key.split('/');
    grants.noteUsesElsewhere(
      id,
      by,
      z
        .int()
        .min(0)
        .parse(value ?? 0),
    );
  },
  subscribe: (changed) => grants.on('used', changed),
});
