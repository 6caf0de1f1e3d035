/** Files of other MCP managers, turned into entries as AI clients write them. What has no such form says why. */
import type { RawEntry } from './formats.ts';
import { isPlain, type Plain, plainList, textOf } from './plain.ts';

const entry = (name: string, value: Plain): RawEntry => ({ name, entry: value, kind: 'client' });
const unsupported = (name: string, reason: string): RawEntry => ({
  name,
  entry: { reason },
  kind: 'unsupported',
});

/** MCPJungle registers one server from one file. */
export function readMcpJungle(document: Plain): RawEntry[] | undefined {
  const { bearer_token: token, headers, name, transport } = document;
  if (typeof name !== 'string' || typeof transport !== 'string' || !(document['command'] ?? document['url']))
    return undefined;
  const type = transport === 'streamable_http' ? 'http' : transport;
  const bearer = textOf(token) ? { Authorization: `Bearer ${String(token)}` } : {};
  return [entry(name, { ...document, type, headers: { ...(isPlain(headers) ? headers : {}), ...bearer } })];
}

/** MCP Hub marks its own servers, and leaves variables empty whose values it takes from its environment. */
export function isMcpHub(document: Plain): boolean {
  if (isPlain(document['nativeMCPServers'])) return true;
  const servers = isPlain(document['mcpServers']) ? Object.values(document['mcpServers']) : [];
  return servers.some(
    (server) => isPlain(server) && isPlain(server['env']) && Object.values(server['env']).includes(null),
  );
}

export function readMcpHub(document: Plain): RawEntry[] {
  const native = isPlain(document['nativeMCPServers']) ? Object.keys(document['nativeMCPServers']) : [];
  const servers = isPlain(document['mcpServers']) ? Object.entries(document['mcpServers']) : [];
  return [
    ...servers.flatMap(([name, server]) => (isPlain(server) ? [entry(name, withEnvironment(server))] : [])),
    ...native.map((name) =>
      unsupported(name, 'It is a part of MCP Hub’s editor plugin, no server of its own.'),
    ),
  ];
}

/** An empty variable is that of the environment, and `$NAME` among the arguments a variable of the server. */
function withEnvironment(server: Plain): Plain {
  const env = Object.entries(isPlain(server['env']) ? server['env'] : {});
  const args = Array.isArray(server['args']) ? server['args'].map(String) : [];
  return {
    ...server,
    env: Object.fromEntries(
      env.map(([name, value]) => [name, value === null || value === '' ? `\${env:${name}}` : value]),
    ),
    args: args.map((arg) => arg.replace(/^\$([A-Za-z_]\w*)$/, (_whole, name: string) => `\${${name}}`)),
  };
}

/** MetaMCP exports like AI clients, but for the names of its transports. */
export function isMetaMcp(document: Plain): boolean {
  const servers = isPlain(document['mcpServers']) ? Object.values(document['mcpServers']) : [];
  return servers.some(
    (server) =>
      isPlain(server) && /^(?:STDIO|SSE|STREAMABLE_HTTP)$|^streamable_http$/.test(String(server['type'])),
  );
}

/** OpenCode writes a command and its arguments as one list. */
export function readOpenCode(document: Plain): RawEntry[] | undefined {
  if (!isPlain(document['mcp']) || isPlain(document['mcp']['servers'])) return undefined;
  return Object.entries(document['mcp']).flatMap(([name, server]) => {
    if (!isPlain(server)) return [];
    const [command, ...args] = Array.isArray(server['command']) ? server['command'].map(String) : [];
    return [
      entry(
        name,
        command === undefined
          ? { ...server, type: 'http' }
          : { ...server, command, args, env: server['environment'] },
      ),
    ];
  });
}

/**
 * ContextForge exports gateways (which are MCP servers), virtual servers and tools. Its credentials are encrypted with a
 * key that stays there.
 */
export function readContextForge(document: Plain): RawEntry[] | undefined {
  const { entities } = document;
  if (!isPlain(entities) || !(document['exported_at'] ?? document['source_gateway'])) return undefined;
  return [
    ...plainList(entities['gateways']).map(readGateway),
    ...plainList(entities['servers']).map((server) =>
      unsupported(
        String(server['name']),
        'It is a selection of tools of that gateway; a profile does that here.',
      ),
    ),
    ...plainList(entities['tools'])
      .filter(({ integration_type: kind }) => kind !== 'MCP')
      .map((tool) =>
        unsupported(
          String(tool['name']),
          'It is a REST call that the gateway offers as a tool; there is no server.',
        ),
      ),
  ];
}

function readGateway(gateway: Plain): RawEntry {
  const { auth_type: auth, description, transport, url } = gateway;
  const name = String(gateway['name'] ?? 'gateway');
  const type = /^STREAMABLE_?HTTP$/i.test(String(transport))
    ? 'http'
    : String(transport ?? 'http').toLowerCase();
  const disabled = gateway['enabled'] === false || gateway['is_active'] === false;
  // A value of that name is asked for: what the export holds cannot be read without the key of that gateway.
  const headers = textOf(auth) ? { Authorization: '${input:Authorization}' } : {};
  return entry(name, { type, url, headers, disabled, description, tags: gateway['tags'] });
}
