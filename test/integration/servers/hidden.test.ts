/** What must not leave this node of a real server: its secrets, and variables whose names say what they are. */
import { afterEach, expect, it } from 'vitest';
import { createSecretForms, createSecretGuard } from '#main/features/relay/secret-guard.ts';
import { serverChangeSchema } from '#shared/features/servers/contract.ts';
import { callTool, createServersBench, program, type ServersBench, textOf } from '#test/support/mcp/bench.ts';

let bench: ServersBench;
afterEach(() => bench.servers.stopAll());

const leaked = async () => textOf(await callTool(bench.servers, 'it', 'env'));

it('a server that tells its whole environment tells peers no secret, also after its secrets changed', async () => {
  bench = createServersBench();
  const env = { API_TOKEN: 'declared-token', PLACE: 'in-the-open' };
  await bench.servers.add(program('it', 'legacy-stdio.ts', [], { env, secrets: ['KEY'] }), {
    KEY: 'first-value',
  });
  const forms = createSecretForms(bench.servers.hidden);
  const told = async () => createSecretGuard(forms).clean(await leaked());

  expect(await leaked()).toMatch(/first-value/);
  const first = await told();
  expect(first).not.toMatch(/first-value|declared-token/);
  expect(JSON.parse(first)).toMatchObject({ KEY: '•••', API_TOKEN: '•••', PLACE: 'in-the-open' });

  await bench.servers.update('it', serverChangeSchema.parse({ secretValues: { KEY: 'second-value' } }));
  expect(await leaked()).toMatch(/second-value/);
  expect(await told()).not.toMatch(/second-value/);
  expect(bench.servers.hidden()).toEqual(['second-value', 'declared-token']);
});
