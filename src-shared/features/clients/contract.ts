import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { CATALOG_CHOICES, CATALOG_MODES, MAX_BUDGET, MIN_BUDGET } from './budget.ts';
import { MAX_TOKEN_DAYS, TOKEN_SCOPES } from './token-scopes.ts';
import { clientFileSchema, clientPlanSchema, clientTargetSchema, hopSchema, removalSchema } from './files.ts';

export const clientSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The view of the catalog this client gets. */
  profile: z.string(),
  /** What its token lets it do. */
  scope: z.enum(TOKEN_SCOPES),
  createdAt: z.number(),
  /** From then on the token is refused; absent: it stays until it is revoked. */
  expiresAt: z.number().optional(),
  lastUsedAt: z.number().optional(),
});
export type ClientView = z.output<typeof clientSchema>;

const toolNames = z.array(z.string().min(1).max(512)).max(4096);

/** A view of the catalog for a client, nothing else. `default` always exists and shows everything at first. */
export const profileViewSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,30}$/),
  /** Only these servers (local names, or `provider/server` for remote ones); absent: all. */
  servers: z.array(z.string().max(200)).max(256).optional(),
  /** Single tools besides, of servers that are not among them: catalog names or full ids. */
  includeTools: toolNames.optional(),
  /** Single tools that are hidden all the same. */
  excludeTools: toolNames.optional(),
  /** Whether catalog names carry the server’s name in front. */
  prefix: z.boolean().default(true),
  /** Whether every tool is listed, or found by searching; absent: `auto`, by the budget. */
  catalog: z.enum(CATALOG_CHOICES).optional(),
  /** Tokens of tools up to which `auto` lists all of them; absent: 15,000. */
  budget: z.number().int().min(MIN_BUDGET).max(MAX_BUDGET).optional(),
  /** Tools that are listed even where the rest is searched, beside the favourites: catalog names or full ids. */
  alwaysListed: toolNames.optional(),
});
export type ProfileView = z.output<typeof profileViewSchema>;

export const profilePreviewSchema = z.object({
  tools: z.number(),
  /** What a model would read of all of them, in tokens, about. */
  tokens: z.number(),
  /** Whether they are listed, or found by searching. */
  mode: z.enum(CATALOG_MODES),
  /** Tokens up to which they would be listed. */
  budget: z.number(),
  /** What is listed: all tools, or those for finding tools and those that are always listed. */
  listed: z.object({ tools: z.number(), tokens: z.number() }),
  /** Names of the tools that are listed even where the rest is searched. */
  alwaysListed: z.array(z.string()),
  /** Every server of the catalog and how many of its tools would be shown. */
  servers: z.array(z.object({ server: z.string(), tools: z.number(), shown: z.number() })),
});
export type ProfilePreview = z.output<typeof profilePreviewSchema>;

/** What the clients of a profile get at this moment. */
export const profileCatalogSchema = profilePreviewSchema.omit({ servers: true }).extend({
  profile: z.string(),
  /** What the profile says: by the budget, or one of the two for good. */
  choice: z.enum(CATALOG_CHOICES),
  /** Clients that are connected with it now. */
  clients: z.number(),
});
export type ProfileCatalog = z.output<typeof profileCatalogSchema>;

export const clientSessionSchema = z.object({
  id: z.string(),
  /** What the client calls itself; unverified. */
  name: z.string().optional(),
  version: z.string().optional(),
  profile: z.string(),
  /** `socket`: through the stdio bridge. */
  transport: z.enum(['http', 'socket']),
  era: z.enum(['legacy', 'modern']),
  /** The name of the token it came with. */
  token: z.string().optional(),
  since: z.number(),
  lastSeenAt: z.number(),
  /** Requests that were passed on or answered, lists included. */
  calls: z.number(),
  /** Of these, the ones under way. */
  running: z.number(),
});
export type ClientSession = z.output<typeof clientSessionSchema>;

const profile = z.string().default('default');

export const clientsContract = {
  'profiles.list': query(
    'Views of the catalog for clients.',
    z.object({}),
    z.object({ items: z.array(profileViewSchema) }),
  ),
  'profiles.set': command('Makes or changes a profile.', profileViewSchema, profileViewSchema),
  'profiles.remove': command(
    'Removes a profile; its clients’ tokens end.',
    z.object({ name: z.string() }),
    z.object({}),
  ),
  'profiles.preview': query(
    'How many tools a profile would show, and about how many tokens a model reads for them.',
    profileViewSchema,
    profilePreviewSchema,
  ),
  'profiles.catalog': query(
    'What the clients of each profile get: its tools listed, or tools with which they find them, and what that costs a model to read.',
    z.object({}),
    z.object({ items: z.array(profileCatalogSchema) }),
  ),
  'clients.list': query(
    'AI clients that were given a token.',
    z.object({}),
    z.object({ items: z.array(clientSchema) }),
  ),
  'clients.create': command(
    'Makes a token for an AI client; it is shown once.',
    z.object({
      name: z.string().min(1).max(64),
      profile,
      scope: z.enum(TOKEN_SCOPES).default('call').describe('Each holds the ones after it.'),
      forDays: z
        .number()
        .int()
        .min(1)
        .max(MAX_TOKEN_DAYS)
        .optional()
        .describe('Absent: until it is revoked.'),
    }),
    clientSchema.extend({ token: z.string() }),
  ),
  'clients.revoke': command('Ends a client’s token at once.', z.object({ id: z.string() }), z.object({})),
  'clients.connection': query(
    'What an AI client’s configuration needs: address, token and the stdio command.',
    z.object({ profile }),
    z.object({
      url: z.string(),
      token: z.string(),
      socket: z.string(),
      command: z.string(),
      args: z.array(z.string()),
    }),
  ),
  'clients.detect': query(
    'AI clients that keep their servers in a file: which are installed, and whether they know this node.',
    z.object({}),
    z.object({ items: z.array(clientFileSchema) }),
  ),
  'clients.plan': query(
    'What connecting an AI client would change in its file, line by line. Nothing is written.',
    clientTargetSchema.extend({ profile }),
    clientPlanSchema,
  ),
  'clients.planRemoval': query(
    'What disconnecting an AI client would change in its file, line by line. Nothing is written.',
    clientTargetSchema,
    clientPlanSchema,
  ),
  'clients.connect': command(
    'Puts our entry into an AI client’s file, after keeping a copy of it. Nothing else in it changes.',
    clientTargetSchema.extend({
      profile,
      hash: z
        .string()
        .regex(/^([0-9a-f]{64})?$/)
        .optional()
        .describe('Of the plan; refused where the file has changed since.'),
    }),
    clientFileSchema,
  ),
  'clients.disconnect': command(
    'Takes our entry out of an AI client’s file: the file as it was before, or as it is without the entry where somebody has edited it since.',
    clientTargetSchema,
    removalSchema,
  ),
  'clients.disconnectAll': command(
    'Takes our entries out of the files of all AI clients.',
    z.object({}),
    z.object({ items: z.array(removalSchema) }),
  ),
  'clients.manual': query(
    'What to write into an AI client’s file by hand, in its own format.',
    clientTargetSchema.extend({ profile }),
    z.object({
      file: z.string(),
      format: z.enum(['json', 'jsonc', 'toml', 'yaml']),
      /** For the bridge that the client starts. */
      stdio: z.string(),
      /** For HTTP, with the token left to be filled in; absent where the client cannot. */
      http: z.string().optional(),
    }),
  ),
  'clients.prove': stream(
    'Goes the way of an AI client: reads its file, starts the very command that stands there, lists the tools and calls one that has no effect. Each link is told when it is tried and how it went.',
    clientTargetSchema,
    hopSchema,
  ),
  'clients.sessions': stream(
    'AI clients that are connected now, again whenever that changed.',
    z.object({}),
    z.object({ items: z.array(clientSessionSchema) }),
  ),
};
