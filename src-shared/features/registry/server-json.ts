/**
 * What this node sees of the network, as a registry describes servers: one `server.json` (schema of 2025-12-11) per server
 * and version. Pure. Titles and descriptions are the words of strangers: what hides in them is stripped.
 */
import semver from 'semver';
import { toHex } from '../../kernel/bytes.ts';
import { jcsBytes, sha256Bytes } from '../../kernel/canonical.ts';
import type { ProviderId } from '../../kernel/ids.ts';
import { stripHidden } from './text.ts';

const SERVER_JSON_SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
/** Ours in `_meta` of a `server.json`. */
export const LISTING_META = 'io.toolswarm/listing';
/** Longest title and description that the schema allows, in characters. */
const MAX_TEXT = 100;
/** Names of tools that are told of one server; their number is told beside them. */
const MAX_TOOLS_TOLD = 100;
/** The version of a server whose own the schema does not allow. */
const NO_VERSION = '0.0.0';

/** A server that others run, at one version. */
export interface ListedServer {
  provider: ProviderId;
  /** What the provider calls himself; may be empty. */
  providerName: string;
  server: string;
  version: string;
  title: string;
  description: string;
  tags: readonly string[];
  /** In any order. */
  tools: ReadonlyArray<{ name: string; fingerprint: string }>;
  /** Nodes that run this version. */
  nodes: number;
  /** Epoch ms, of the newest entry. */
  issuedAt: number;
  /** Not for everyone: seen because this node is in a private network or was let in. */
  private: boolean;
}

/** A package that somebody publishes, at one version. */
export interface ListedPackage {
  provider: ProviderId;
  providerName: string;
  name: string;
  version: string;
  title: string;
  description: string;
  /** Link by which it is fetched, `toolswarm:package/…`; it names by hash what it means. */
  link: string;
  /** Epoch ms. */
  issuedAt: number;
  private: boolean;
}

/** One version of one server, as the registry lists it. */
export interface Description {
  /** `io.toolswarm.<provider>/<server>` */
  name: string;
  version: string;
  issuedAt: number;
  private: boolean;
  /** The `server.json`, ready for JSON. */
  server: ServerJson;
}

export interface ServerJson {
  $schema: string;
  name: string;
  title: string;
  description: string;
  version: string;
  remotes?: object[];
  packages?: object[];
  _meta: Record<string, object>;
}

/** A provider's id is a DNS label as it stands, and says by itself whose name this is: nobody can make one like it. */
export const listedName = (provider: ProviderId, server: string): string =>
  `io.toolswarm.${provider}/${server}`;

/** @param mcpUrl where AI clients reach this node. */
export function describeServer(listed: ListedServer, mcpUrl: string): Description {
  const { issuedAt, nodes, provider, providerName, server, tags, tools } = listed;
  const fingerprint = fingerprintOfServer(tools);
  const told = tools.map(({ name }) => stripHidden(name)).sort();
  const meta = {
    id: `${provider}/${server}@${encodeURIComponent(listed.version.toWellFormed())}#${fingerprint}`,
    provider,
    providerName: stripHidden(providerName),
    fingerprint,
    tags: [...tags],
    nodes,
    toolCount: tools.length,
    tools: told.slice(0, MAX_TOOLS_TOLD),
  };
  return {
    ...base(provider, server, listed.version),
    issuedAt,
    private: listed.private,
    server: {
      ...frame(provider, server, listed),
      remotes: [remote(mcpUrl)],
      _meta: { [LISTING_META]: meta },
    },
  };
}

export function describePackage(listed: ListedPackage): Description {
  const { issuedAt, link, name, provider, providerName, version } = listed;
  const meta = {
    id: `${provider}/${name}@${encodeURIComponent(version.toWellFormed())}`,
    provider,
    providerName: stripHidden(providerName),
    package: link,
  };
  const described = {
    registryType: 'toolswarm',
    identifier: link,
    version: allowedVersion(version),
    transport: { type: 'stdio' },
  };
  return {
    ...base(provider, name, version),
    issuedAt,
    private: listed.private,
    server: { ...frame(provider, name, listed), packages: [described], _meta: { [LISTING_META]: meta } },
  };
}

/** A server that runs somewhere and the package that it can be run from here, of one name and version, are one. */
export function mergeDescriptions(running: Description, packaged: Description): Description {
  return {
    ...running,
    issuedAt: Math.max(running.issuedAt, packaged.issuedAt),
    private: running.private && packaged.private,
    server: {
      ...running.server,
      ...(packaged.server.packages ? { packages: packaged.server.packages } : {}),
      _meta: {
        [LISTING_META]: { ...packaged.server._meta[LISTING_META], ...running.server._meta[LISTING_META] },
      },
    },
  };
}

/** Semantic versions stand above others, in their order; others follow the time of their entries. Newest first. */
export function newestFirst(
  a: Pick<Description, 'version' | 'issuedAt'>,
  b: Pick<Description, 'version' | 'issuedAt'>,
): number {
  const [first, second] = [semver.parse(a.version), semver.parse(b.version)];
  if (first && second) return semver.compareBuild(second, first) || b.issuedAt - a.issuedAt;
  if (first || second) return first ? -1 : 1;
  return b.issuedAt - a.issuedAt || (a.version < b.version ? -1 : 1);
}

const base = (provider: ProviderId, server: string, version: string) => ({
  name: listedName(provider, server),
  version: allowedVersion(version),
});

function frame(
  provider: ProviderId,
  server: string,
  {
    description,
    providerName,
    title,
    version,
  }: Pick<ListedServer, 'description' | 'providerName' | 'title' | 'version'>,
) {
  return {
    $schema: SERVER_JSON_SCHEMA,
    name: listedName(provider, server),
    title: inOneLine(title) || server,
    description: inOneLine(description) || inOneLine(`${server}, by ${inOneLine(providerName) || provider}`),
    version: allowedVersion(version),
  };
}

/** Every client of this machine reaches every tool at the one endpoint, each with a token of its own. */
const remote = (mcpUrl: string): object => ({
  type: 'streamable-http',
  url: mcpUrl,
  headers: [
    {
      name: 'Authorization',
      description: 'Bearer and the token of this AI client, from `toolswarm clients create NAME`.',
      value: 'Bearer {token}',
      isRequired: true,
      isSecret: true,
      variables: {
        token: {
          description: 'Token from `toolswarm clients create NAME`.',
          isRequired: true,
          isSecret: true,
        },
      },
    },
  ],
});

/** One hash over what all tools of a server are. */
const fingerprintOfServer = (tools: ListedServer['tools']): string =>
  toHex(sha256Bytes(jcsBytes(tools.map(({ fingerprint }) => fingerprint).sort())));

/** Ranges and `latest` are no versions; neither is what no path can hold. */
const allowedVersion = (text: string): string =>
  /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,254}$/.test(text) && !/^latest$|(^|\.)[xX](\.|$)/.test(text)
    ? text
    : NO_VERSION;

function inOneLine(text: string): string {
  const clean = Array.from(stripHidden(text).toWellFormed().replace(/\s+/g, ' ').trim());
  return clean.length <= MAX_TEXT
    ? clean.join('')
    : `${clean
        .slice(0, MAX_TEXT - 1)
        .join('')
        .trimEnd()}…`;
}
