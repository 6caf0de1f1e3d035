import { describe, expect, it } from 'vitest';
import { contract } from '#shared/contract.ts';
import { holds, ROLES } from '#shared/features/node/roles.ts';
import { leastRole, refuseRole, roleNeeded } from '#shared/least-role.ts';

describe('roles of operators', () => {
  it('hold one another in a row', () => {
    expect(ROLES.map((held) => ROLES.filter((needed) => holds(held, needed)))).toEqual([
      ['read-only'],
      ['read-only', 'finance'],
      ['read-only', 'finance', 'owner'],
    ]);
  });

  it('name every call, and the owner for what is none', () => {
    expect(Object.keys(leastRole).toSorted()).toEqual(Object.keys(contract).toSorted());
    expect(roleNeeded('no.such')).toBe('owner');
    expect(roleNeeded('constructor')).toBe('owner');
  });

  it('let nobody but the owner change anything', () => {
    const loose = Object.entries(contract).filter(
      ([name, { kind }]) => kind === 'command' && roleNeeded(name) !== 'owner',
    );
    expect(loose).toEqual([]);
  });

  it('are refused with the role that is needed', () => {
    expect(() => refuseRole('usage.query', 'finance')).not.toThrow();
    expect(() => refuseRole('usage.query', 'read-only')).toThrow(
      expect.objectContaining({
        code: 'api.role_too_low',
        details: { needed: 'finance', held: 'read-only' },
      }),
    );
  });

  // A new call of the contract shows up here: decide who may make it.
  it('are what they were when somebody last thought about them', () => {
    const readable = Object.keys(contract).filter(
      (name) => contract[name as keyof typeof contract].kind !== 'command',
    );
    const named = (role: string) => readable.filter((name) => roleNeeded(name) === role).toSorted();
    expect(Object.fromEntries(ROLES.map((role) => [role, named(role)]))).toMatchInlineSnapshot(`
      {
        "finance": [
          "access.checkConstraint",
          "access.grants",
          "access.limits",
          "access.requests",
          "fleet.usage",
          "usage.query",
        ],
        "owner": [
          "api.tokens.list",
          "clients.connection",
          "clients.plan",
          "clients.planRemoval",
          "clients.prove",
          "invocations.get",
          "node.diagnostics",
          "node.doctor",
          "operators.list",
          "recovery.suggest",
          "servers.followLogs",
          "servers.importSources",
          "servers.logs",
          "servers.previewImport",
          "tools.callNews",
        ],
        "read-only": [
          "access.shares",
          "access.watch",
          "central.list",
          "central.show",
          "central.watch",
          "clients.detect",
          "clients.list",
          "clients.manual",
          "clients.sessions",
          "fleet.awaitJoin",
          "fleet.list",
          "fleet.policy",
          "fleet.watch",
          "governance.history",
          "governance.show",
          "governance.watch",
          "identity.get",
          "invocations.list",
          "invocations.uses",
          "invocations.watch",
          "metrics.bottleneck",
          "metrics.hops",
          "metrics.traffic",
          "network.previewInvitation",
          "network.show",
          "network.watch",
          "node.attention",
          "node.conditions",
          "node.status",
          "node.storage",
          "node.watch",
          "operators.me",
          "packages.history",
          "packages.installed",
          "packages.link",
          "packages.published",
          "packages.publisher",
          "packages.review",
          "packages.sandbox",
          "packages.search",
          "packages.settings",
          "packages.show",
          "packages.transfers",
          "packages.watch",
          "peers.list",
          "peers.watch",
          "profiles.catalog",
          "profiles.list",
          "profiles.preview",
          "providers.equivocations",
          "relay.cache",
          "relay.load",
          "reshares.list",
          "rules.list",
          "rules.preview",
          "servers.get",
          "servers.list",
          "servers.usage",
          "servers.watch",
          "settings.list",
          "setup.get",
          "tasks.watch",
          "tools.compare",
          "tools.critical",
          "tools.list",
          "tools.previewDecision",
          "tools.query",
          "tools.search",
          "tools.searchNetwork",
          "tools.show",
          "tools.watch",
        ],
      }
    `);
  });
});
