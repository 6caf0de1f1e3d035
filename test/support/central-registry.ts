/**
 * A centralized MCP registry on loopback, written from the description of the `/v0.1` API: pages with an opaque cursor,
 * at most a hundred at once, `version=latest`, `updated_since` (which includes deleted servers), `search`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PublishedVersion {
  server: { name: string; version: string; description: string; [field: string]: unknown };
  status: 'active' | 'deprecated' | 'deleted';
  updatedAt: string;
  isLatest: boolean;
}

export interface CentralRegistryServer {
  url: string;
  /** What is published; tests change it. */
  versions: PublishedVersion[];
  /** Each request's query, in order. */
  asked: URLSearchParams[];
  /** What the registry itself answers. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Answers instead of the registry while it is set. */
  instead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

const LARGEST_PAGE = 100;
const START = Date.UTC(2026, 0, 1);

/** `count` servers: npm packages, PyPI packages, images and remote ones in turn, each with one older version. */
export function publishMany(count: number): PublishedVersion[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `io.github.maker-${at % 50}/tool-${at}`;
    const common = {
      name,
      description: `Does the work number ${at}.`,
      ...(at % 2 ? { title: `Tool ${at}` } : {}),
    };
    const version = (number: number, isLatest: boolean): PublishedVersion => ({
      server: { ...common, version: `1.${number}.0`, ...runs(at, `1.${number}.0`) },
      status: 'active',
      updatedAt: new Date(START + (at * 2 + number) * 60_000).toISOString(),
      isLatest,
    });
    return [version(0, false), version(1, true)];
  }).flat();
}

function runs(at: number, version: string): object {
  const transport = { type: 'stdio' };
  switch (at % 4) {
    case 0:
      return { packages: [{ registryType: 'npm', identifier: `@maker/tool-${at}`, version, transport }] };
    case 1:
      return { packages: [{ registryType: 'pypi', identifier: `tool-${at}`, version, transport }] };
    case 2:
      return {
        packages: [{ registryType: 'oci', identifier: `docker.io/maker/tool-${at}:${version}`, transport }],
      };
    default:
      return { remotes: [{ type: 'streamable-http', url: `https://tool-${at}.example.org/mcp` }] };
  }
}

export async function startCentralRegistry(versions: PublishedVersion[]): Promise<CentralRegistryServer> {
  const server = createServer((request, response) => (registry.instead ?? handle)(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', registry.url);
    if (request.method !== 'GET' || url.pathname !== '/v0.1/servers')
      return answer(response, 404, { error: 'Not found' });
    registry.asked.push(url.searchParams);
    const page = list(registry.versions, url.searchParams);
    return page ? answer(response, 200, page) : answer(response, 400, { error: 'Invalid cursor' });
  }

  const registry: CentralRegistryServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    asked: [],
    handle,
    instead: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}

function list(versions: readonly PublishedVersion[], query: URLSearchParams): object | undefined {
  const since = query.get('updated_since');
  const search = query.get('search')?.toLowerCase() ?? '';
  const found = versions
    .filter(({ isLatest }) => isLatest || query.get('version') !== 'latest')
    .filter(({ status }) => status !== 'deleted' || since !== null || query.get('include_deleted') === 'true')
    .filter(({ updatedAt }) => since === null || updatedAt > since)
    .filter(({ server }) => server.name.toLowerCase().includes(search))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const cursor = query.get('cursor');
  if (cursor !== null && !versions.some((item) => keyOf(item) === cursor)) return undefined;
  const rest = cursor === null ? found : found.filter((item) => keyOf(item) > cursor);
  const page = rest.slice(0, Math.min(LARGEST_PAGE, Number(query.get('limit') ?? 30)));
  const last = page.at(-1);
  return {
    servers: page.map(({ server, status, updatedAt, isLatest }) => ({
      server,
      _meta: {
        'io.modelcontextprotocol.registry/official': { status, publishedAt: updatedAt, updatedAt, isLatest },
      },
    })),
    metadata: {
      count: page.length,
      ...(last && page.length < rest.length ? { nextCursor: keyOf(last) } : {}),
    },
  };
}

const keyOf = ({ server }: PublishedVersion) => `${server.name}:${server.version}`;

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
