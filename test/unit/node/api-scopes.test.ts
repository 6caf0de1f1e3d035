import { describe, expect, it } from 'vitest';
import { contract } from '#shared/contract.ts';
import { covers, scopeNeeded } from '#main/node/api-scopes.ts';

describe('scopes of the HTTP API', () => {
  it('cover what they say', () => {
    expect(covers('read', 'read')).toBe(true);
    expect(covers('operate', 'read')).toBe(true);
    expect(covers('operate', 'operate')).toBe(true);
    expect(covers('read', 'operate')).toBe(false);
    expect(scopeNeeded('no.such')).toBeUndefined();
    expect(scopeNeeded('constructor')).toBeUndefined();
  });

  // A new call of the contract shows up here: decide whether a token may make it.
  it('are what they were when somebody last thought about them', () => {
    const named = (scope: string | undefined) =>
      Object.keys(contract)
        .filter((name) => scopeNeeded(name) === scope)
        .toSorted();
    expect({
      read: named('read'),
      operate: named('operate'),
      inPersonOnly: named(undefined),
    }).toMatchInlineSnapshot(`
      {
        "inPersonOnly": [
          "api.tokens.create",
          "api.tokens.list",
          "api.tokens.revoke",
          "clients.connection",
          "clients.create",
          "identity.confirmRecoveryPhrase",
          "identity.revealRecoveryPhrase",
          "identity.rotate",
          "identity.setPassphrase",
          "node.openLink",
          "recovery.backup",
          "servers.previewImport",
        ],
        "operate": [
          "clients.revoke",
          "identity.setProfile",
          "node.stop",
          "peers.block",
          "peers.connect",
          "peers.disconnect",
          "peers.setKnown",
          "peers.unblock",
          "profiles.remove",
          "profiles.set",
          "servers.add",
          "servers.import",
          "servers.remove",
          "servers.restart",
          "servers.share",
          "servers.start",
          "servers.stop",
          "servers.unshare",
          "settings.reset",
          "settings.set",
          "tools.alias",
          "tools.approve",
          "tools.call",
          "tools.reject",
        ],
        "read": [
          "access.shares",
          "clients.list",
          "identity.get",
          "invocations.list",
          "invocations.watch",
          "node.status",
          "node.watch",
          "peers.list",
          "peers.watch",
          "profiles.list",
          "servers.followLogs",
          "servers.get",
          "servers.list",
          "servers.logs",
          "servers.watch",
          "settings.list",
          "tools.list",
          "tools.search",
          "tools.show",
          "tools.watch",
        ],
      }
    `);
  });
});
