/**
 * What earlier versions left in each table: SQL that is valid right after the migration under whose number it stands, and
 * that was so when it was the newest. As a shipped migration is never edited, neither are its rows.
 */
import { providerIdOf } from '#shared/kernel/ids.ts';

export const ALICE = providerIdOf(new Uint8Array(32).fill(1));
export const BOB = providerIdOf(new Uint8Array(32).fill(2));
/** Key of a tool: provider/server/tool. */
export const TOOL = `${ALICE}/files/read`;
const RULE = { id: 'rule-1', action: 'approve', provider: ALICE };

const json = (value: unknown): string => `'${JSON.stringify(value)}'`;

export const SERVER = { name: 'files', transport: { type: 'stdio', command: 'node', args: [] } };
const invocation = (id: string, started: number) => ({
  id,
  startedAt: started,
  direction: 'local',
  durationMs: 1,
  outcome: 'ok',
  method: 'tools/call',
  server: 'files',
  tool: 'read',
  requestBytes: 1,
  responseBytes: 2,
});
export const FIRST_CALL = invocation('call-1', 1000);
export const SECOND_CALL = invocation('call-2', 2000);
export const THIRD_CALL = { ...invocation('call-3', 3000), direction: 'incoming', providerId: BOB };

/** By slice, then by version. */
export const OLD_ROWS: Readonly<Record<string, readonly string[]>> = {
  identity: [
    `INSERT INTO identity_node VALUES (1, 5, 'Ann', '${ALICE}', x'01');
     INSERT INTO identity_rotations VALUES ('${ALICE}', '${BOB}', 1, x'02', 6);`,
    `UPDATE identity_node SET signed_at = 7;
     INSERT INTO identity_node_lists VALUES ('${ALICE}', x'03', 8);`,
  ],
  p2p: [
    `INSERT INTO p2p_peers VALUES ('peer-1', '${ALICE}', '["/ip4/10.0.0.1/tcp/1"]', 10);`,
    `INSERT INTO p2p_peers VALUES ('garden', 'peer-1', NULL, '["/ip4/10.0.0.2/tcp/2"]', 20);`,
  ],
  records: [
    `INSERT INTO records (type, key, owner, seq, hash, expires_at, private, tombstone, own, bytes)
       VALUES ('listing', 'one', '${ALICE}', 3, x'0a', 9000, 0, 0, 0, x'0b');
     INSERT INTO record_equivocations (type, key, owner, seq, first, second, found_at)
       VALUES ('listing', 'one', '${BOB}', 1, x'01', x'02', 7);`,
    `INSERT INTO records (type, key, owner, seq, hash, expires_at, private, tombstone, own, bytes, networks)
       VALUES ('listing', 'two', '${ALICE}', 4, x'0c', 9000, 0, 0, 0, x'0d', 'public garden');`,
    `INSERT INTO record_texts VALUES ('listing', 'two', '${ALICE}', x'0e', x'0f', 'words');
     INSERT INTO record_erased VALUES (x'10', '${BOB}', 9000);`,
  ],
  metrics: [
    `INSERT INTO usage_days VALUES (20000, 'incoming', '${BOB}', '', 'files', 'read', 3, 1, 0, 10, 20, 1.5);`,
  ],
  trust: [`INSERT INTO trust_blocks VALUES ('${BOB}', 1); INSERT INTO trust_known VALUES ('${ALICE}', 2);`],
  fleet: [`INSERT INTO fleet_items VALUES ('block', '${BOB}', 'true', 7, 0, 'peer-1', x'04', 1);`],
  governance: [
    `INSERT INTO governance_overrides VALUES ('feature-a', 'never');
     INSERT INTO governance_activated VALUES ('feature-b', 'proposal-1', 11);
     INSERT INTO governance_samples VALUES ('proposal-1', 0, 12, 1, 2, 3, 4, 5);`,
  ],
  clients: [
    `INSERT INTO client_profiles (name, servers, prefix) VALUES ('work', '["files"]', 1);
     INSERT INTO clients VALUES ('c1', 'Editor', 'work', 'hash-1', 1, NULL);`,
    `INSERT INTO client_profiles (name, prefix, include_tools, exclude_tools) VALUES ('home', 0, '["a"]', '["b"]');
     INSERT INTO client_files VALUES ('/x.json', 'editor', 'work', 'restore', '/x.bak', 'before', 'after', 3);`,
    `INSERT INTO client_profiles (name, prefix, catalog, budget, always_listed)
       VALUES ('small', 0, 'search', 4000, '["c"]');`,
    `INSERT INTO clients VALUES ('c2', 'Visitor', 'work', 'hash-2', 4, NULL, 'read', 9);`,
  ],
  access: [
    `INSERT INTO access_shares (server, audience, tools, shared_at) VALUES ('files', '{"kind":"known"}', '["read"]', 1);`,
    `INSERT INTO access_shares (server, audience, tools, shared_at, details)
       VALUES ('mail', '{"kind":"known"}', NULL, 2, '{"category":"office"}');`,
    `INSERT INTO access_limits VALUES ('server files', '{"scope":{"kind":"server","server":"files"},"running":2}');`,
    `INSERT INTO access_grants_made VALUES ('g1', x'01', 'for Bob', 3, 4, NULL);
     INSERT INTO access_grants_held VALUES ('g2', '${ALICE}', '${BOB}', x'02');
     INSERT INTO access_requests VALUES (1, 'asked', '${ALICE}', 'peer-1', 'files', '["read"]', 'please', 'open', 5);`,
    `INSERT INTO access_grants_held VALUES ('g3', '${ALICE}', '${BOB}', x'03', x'80');`,
    `UPDATE access_grants_made SET signed_by = '12D3KooWAttic' WHERE id = 'g1';`,
  ],
  resharing: [`INSERT INTO reshares VALUES ('team', '${ALICE}', 'files');`],
  registry: [
    `INSERT INTO registry_manifests VALUES (x'01', x'02', 1);
     INSERT INTO registry_decisions VALUES ('${TOOL}', 'approved', 'print-1', '{"name":"read"}', 2);
     INSERT INTO registry_names VALUES ('${TOOL}', 'files_read');
     INSERT INTO registry_aliases VALUES ('${TOOL}', 'open');`,
    `INSERT INTO registry_rules VALUES ('rule-1', 0, ${json(RULE)});
     INSERT INTO registry_admitted VALUES ('${TOOL}', 'print-1', 'rule-1', 3);
     INSERT INTO registry_pins VALUES ('${TOOL}', '{"kind":"definition"}', 4);
     INSERT INTO registry_favourites VALUES ('${TOOL}', 5);
     INSERT INTO registry_versions VALUES ('${TOOL}', 'print-1', '1.0', '{"name":"read"}', 6, 7);
     INSERT INTO registry_undo VALUES (1, '${TOOL}', 'approved print-1', NULL);`,
  ],
  'registry-names': [`INSERT INTO registry_names_met VALUES ('provider:${ALICE}', 'hash', 1, 2);`],
  'registry-critical': [`INSERT INTO registry_critical VALUES ('${TOOL}', 2);`],
  central: [
    `INSERT INTO central_listings VALUES ('io.x/y', 'words', ' npm ', 1, '{}', '{}');
     INSERT INTO central_progress VALUES (1, 'https://registry.example', 'c', 's', 'n', 2);`,
  ],
  servers: [
    `INSERT INTO servers (name, config, added_at) VALUES ('files', ${json(SERVER)}, 1);
     INSERT INTO server_offers VALUES ('files', '{}');`,
    `INSERT INTO servers (name, config, added_at, vault)
       VALUES ('mail', ${json({ ...SERVER, name: 'mail' })}, 2, 'vault-2');`,
  ],
  packages: [
    `INSERT INTO packages_documents VALUES (x'01', x'02', 1);
     INSERT INTO packages_known VALUES ('${ALICE}/files', 1, x'01', x'02', 1, 2, 'good', NULL);
     INSERT INTO packages_releases VALUES ('r1', '${ALICE}/files', '1.0.0', 'b1', NULL, x'02', 1);
     INSERT INTO packages_bundles (bundle, description, whole, published, got_at) VALUES ('b1', x'02', 1, 0, 1);
     INSERT INTO packages_installed VALUES ('${ALICE}/files', 'files', 1, '{}', 1, NULL);
     INSERT INTO packages_generations VALUES ('${ALICE}/files', 1, 1, 'install', NULL, 'r1', '{}', '{}', 'v1');
     INSERT INTO packages_pins VALUES ('work', '${ALICE}/files', 'r1', 'files-1-0-0');`,
  ],
  relay: [
    `INSERT INTO invocations VALUES
       ('call-1', 1000, 'local', 'ok', 'files', ${json({ ...FIRST_CALL, request: { ask: 1 }, response: { say: 2 } })});`,
    `INSERT INTO invocations (id, started_at, direction, outcome, server, tool, body)
       VALUES ('call-2', 2000, 'local', 'ok', 'files', 'read', ${json(SECOND_CALL)});`,
    `INSERT INTO invocations (id, started_at, direction, outcome, server, tool, provider, body)
       VALUES ('call-3', 3000, 'incoming', 'ok', 'files', 'read', '${BOB}', ${json(THIRD_CALL)});`,
  ],
  api: [
    `INSERT INTO api_tokens VALUES ('t1', 'script', 'read', x'01', 1, NULL);`,
    `UPDATE api_tokens SET role = 'finance';`,
  ],
  web: [
    `INSERT INTO web_sessions VALUES ('s1', x'01', 9000);`,
    `INSERT INTO web_sessions VALUES ('s2', x'02', 9000, 'read-only', 'Bea', 1, NULL);`,
  ],
  setup: [`INSERT INTO setup VALUES (1, '{"finished":true,"step":"name","completed":[]}');`],
  conditions: [`INSERT INTO node_pause VALUES (1, 9000);`],
  invitations: [
    `INSERT INTO p2p_invitations VALUES ('i1', x'01', 'for Bob', 1, 9000, NULL, NULL);
     INSERT INTO p2p_joining VALUES (1, 'toolswarm://join/x');`,
  ],
  equivocations: [`INSERT INTO equivocations_seen VALUES ('${BOB}', 1);`],
};
