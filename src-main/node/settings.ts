/** Every setting of a node, each described once; file, environment, flags and form follow from it. */
import { z } from 'zod';
import { SEAL_WISHES } from '#shared/features/relay/seal-wishes.ts';
import { isSafeAddress } from '#shared/features/endpoint/oauth.ts';
import { setting } from '../features/settings/index.ts';

const port = z.int().min(0).max(65_535);
const MIB = 1 << 20;

export const nodeSettings = {
  'endpoint.port': setting(
    port.default(7420).describe('Port on which AI clients of this machine reach the MCP endpoint.'),
  ),
  'endpoint.publicUrl': setting(
    z
      .union([z.literal(''), z.url({ protocol: /^https$/ }).regex(/\/mcp$/)])
      .default('')
      .describe(
        'Address, https://…/mcp, under which a proxy makes the MCP endpoint reachable. Empty: on this machine only.',
      ),
  ),
  'endpoint.oauth.issuer': setting(
    z
      .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(2048)])
      .refine((url) => url === '' || isSafeAddress(url), 'https, or http on this machine')
      .default('')
      .describe(
        'Authorization server (OAuth 2.1) whose access tokens open the MCP endpoint. Empty: none does.',
      ),
  ),
  'endpoint.oauth.scopes': setting(
    z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/))
      .max(16)
      .default([])
      .describe('Scopes that an access token must have, all of them.'),
  ),
  'endpoint.oauth.profile': setting(
    z.string().max(31).default('default').describe('Profile that access tokens open.'),
  ),
  'endpoint.oauth.profileClaim': setting(
    z
      .string()
      .max(128)
      .default('')
      .describe('Claim of the access token that names another profile. Empty: none does.'),
  ),
  'dashboard.port': setting(
    port.default(7421).describe('Port of the dashboard and of the HTTP API, on this machine only.'),
  ),
  'p2p.listen': setting(
    z
      .array(z.string().min(1).max(256))
      .max(16)
      .default(['/ip4/0.0.0.0/tcp/7422', '/ip6/::/tcp/7422'])
      .describe('Multiaddrs on which other nodes can reach this one.'),
  ),
  'p2p.public': setting(
    z
      .boolean()
      .default(true)
      .describe('Be in the public network. Off: only in the private networks that were joined.'),
    { needsRestart: false },
  ),
  'p2p.bootstrap': setting(
    z
      .array(z.string().min(1).max(256))
      .max(64)
      .default([])
      .describe('Peers of the public network to connect to at start, as multiaddrs with /p2p/….'),
  ),
  'p2p.mdns': setting(
    z.boolean().default(true).describe('Look for other nodes of the public network on the local network.'),
  ),
  'p2p.dhtServer': setting(
    z.boolean().default(false).describe('Keep a part of the distributed index for others.'),
    {
      needsRestart: false,
    },
  ),
  'p2p.maxConnections': setting(
    z.int().min(4).max(1000).default(60).describe('Most connections to other nodes at a time.'),
  ),
  'p2p.relay.serve': setting(
    z
      .enum(['auto', 'on', 'off'])
      .default('auto')
      .describe('Carry connections of nodes that cannot be reached. Auto: while others reach this node.'),
    { needsRestart: false },
  ),
  'p2p.relay.use': setting(
    z
      .boolean()
      .default(true)
      .describe('Meet other nodes through relays where there is no other way. What they carry is encrypted.'),
  ),
  'p2p.webrtc': setting(
    z
      .boolean()
      .default(true)
      .describe('Go on from relayed connections to direct ones, through NATs; in the public network only.'),
  ),
  'p2p.portMapping': setting(
    z.boolean().default(false).describe('Ask the router to let connections in (PCP, NAT-PMP or UPnP).'),
  ),
  'p2p.privateAddresses': setting(
    z
      .enum(['auto', 'always'])
      .default('auto')
      .describe(
        'Connect to inner addresses (192.168.…, 10.…, names) that others name. Auto: in private networks only, and to nodes found on the local network or named by you. Always: for offices whose public index spans several subnets.',
      ),
  ),
  'sharing.pauseOnMetered': setting(
    z
      .boolean()
      .default(true)
      .describe('Serve no peers while the link is metered. AI clients of this machine notice nothing.'),
    { needsRestart: false },
  ),
  'sharing.pauseOnBattery': setting(
    z.boolean().default(false).describe('Serve no peers while the machine runs on battery.'),
    { needsRestart: false },
  ),
  'search.answer': setting(
    z
      .boolean()
      .default(true)
      .describe('Answer when peers search for tools, with what they may see. Off: they find entries alone.'),
    { needsRestart: false },
  ),
  'governance.automatic': setting(
    z
      .boolean()
      .default(false)
      .describe(
        'Switch features of the protocol on by themselves once established providers have decided so. Off: a decision waits for you. Leave it off while only the providers that you pinned count as established.',
      ),
    { needsRestart: false },
  ),
  'endpoint.approveInClient': setting(
    z
      .boolean()
      .default(false)
      .describe(
        'Let AI clients put the question themselves whether a tool that waits for approval may be called.',
      ),
    { needsRestart: false },
  ),
  'endpoint.approvalWaitMs': setting(
    z
      .int()
      .min(0)
      .max(3_600_000)
      .default(120_000)
      .describe('How long calls wait for an answer in the application, where their client shows progress.'),
    { needsRestart: false },
  ),
  'fleet.sharePolicy': setting(
    z
      .boolean()
      .default(false)
      .describe(
        'Share blocks, known providers, limits, approvals and grants with the other nodes of this provider.',
      ),
    { needsRestart: false },
  ),
  'access.takeRequests': setting(
    z
      .boolean()
      .default(true)
      .describe('Take requests for access from other providers; you accept or decline each.'),
    { needsRestart: false },
  ),
  'relay.idleTimeoutMs': setting(
    z
      .int()
      .min(1000)
      .max(3_600_000)
      .default(300_000)
      .describe('A call without result or progress for this long fails (milliseconds).'),
    { needsRestart: false },
  ),
  'relay.maxResultBytes': setting(
    z
      .int()
      .min(MIB)
      .max(64 * MIB)
      .default(8 * MIB)
      .describe('Largest result of a tool that is accepted or sent, 64 MiB at most.'),
  ),
  'relay.keepPayloads': setting(
    z
      .boolean()
      .default(false)
      .describe('Keep arguments and results in the record of calls. They may hold private data.'),
    { needsRestart: false },
  ),
  'relay.seal': setting(
    z
      .enum(SEAL_WISHES)
      .default('whenOffered')
      .describe(
        'Seal calls that leave this node up to the node that runs the tool, so that nodes between them cannot read them. “always” refuses tools whose provider does not offer it.',
      ),
    { needsRestart: false },
  ),
  'relay.tellClient': setting(
    z.boolean().default(false).describe('Tell providers which AI client calls, by its name and version.'),
    { needsRestart: false },
  ),
  'relay.retentionDays': setting(
    z.int().min(1).max(3650).default(30).describe('How long the record of calls is kept.'),
    {
      needsRestart: false,
    },
  ),
  'metrics.usageDays': setting(
    z.int().min(1).max(3650).default(400).describe('How long it is kept who used how much, day by day.'),
    { needsRestart: false },
  ),
  'metrics.traces': setting(
    z
      .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(2000)])
      .default('')
      .describe(
        'Address of an OpenTelemetry collector (OTLP over HTTP, as in http://127.0.0.1:4318/v1/traces) that is told how calls go; empty: none.',
      ),
    { needsRestart: false },
  ),
  'metrics.expose': setting(
    z
      .boolean()
      .default(false)
      .describe(
        'Tell figures to collectors such as Prometheus at /metrics of the dashboard’s port, with a token that may read.',
      ),
    { needsRestart: false },
  ),
  'relay.cache': setting(
    z
      .boolean()
      .default(true)
      .describe('Give results of tools of others again for as long as their providers say that they hold.'),
    { needsRestart: false },
  ),
  'packages.maxDownloadKib': setting(
    z
      .int()
      .min(0)
      .max(10_000_000)
      .default(0)
      .describe('KiB a second at which packages are fetched from peers, at most. 0: no limit.'),
    { needsRestart: false },
  ),
  'packages.maxUploadKib': setting(
    z
      .int()
      .min(0)
      .max(10_000_000)
      .default(0)
      .describe('KiB a second at which packages are given to peers, at most. 0: no limit.'),
    { needsRestart: false },
  ),
  'packages.seed': setting(
    z
      .enum(['own', 'ratio', 'time', 'always'])
      .default('own')
      .describe(
        'Which packages are given to peers: those that this node publishes, or also those that it fetched, for a while or for good.',
      ),
    { needsRestart: false },
  ),
  'packages.seedRatio': setting(
    z
      .number()
      .min(0)
      .max(1_000)
      .default(2)
      .describe('How often what was fetched is given on, where packages.seed is ratio.'),
    { needsRestart: false },
  ),
  'packages.seedHours': setting(
    z
      .int()
      .min(1)
      .max(87_600)
      .default(72)
      .describe('For how many hours what was fetched is given on, where packages.seed is time.'),
    { needsRestart: false },
  ),
  'packages.keepVersions': setting(
    z
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('Earlier versions of each package that stay on the disk, to go back to without the network.'),
    { needsRestart: false },
  ),
  'relay.maxRunning': setting(
    z
      .int()
      .min(1)
      .max(100_000)
      .default(256)
      .describe('Calls of peers that run here at the same time; further ones wait.'),
    { needsRestart: false },
  ),
  'relay.maxWaiting': setting(
    z
      .int()
      .min(0)
      .max(100_000)
      .default(1024)
      .describe('Calls of peers that may wait for a place; further ones are told to come back.'),
    { needsRestart: false },
  ),
  'discovery.registry': setting(
    z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .default('https://registry.modelcontextprotocol.io')
      .describe(
        'Centralized MCP registry that Discover browses; it is asked nothing before Discover is used.',
      ),
    { needsRestart: false },
  ),
  'discovery.serve': setting(
    z
      .boolean()
      .default(false)
      .describe(
        'Let programs of this machine browse the servers that others share, at /v0.1 of the dashboard’s port, as they browse a registry.',
      ),
    { needsRestart: false },
  ),
  'servers.clientDocument': setting(
    z
      .union([z.literal(''), z.url({ protocol: /^https$/ }).max(2000)])
      .default('')
      .describe(
        'Address of a client metadata document that introduces this node to authorization servers of remote MCP servers; empty: it registers itself where it can.',
      ),
    { needsRestart: false },
  ),
  'log.level': setting(
    z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much the log says.'),
  ),
};
