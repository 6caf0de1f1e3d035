/** Signing in at remote MCP servers (OAuth 2.1): what the interface shows of it, and what a person can do. */
import { z } from 'zod';
import { command } from '../../kernel/contract.ts';
import { serverNameSchema } from './config.ts';

/**
 * `needed`: the server asks for a login. `waiting`: a person is signing in, in a browser. `signed_in`. `expired`: the
 * login ran out and could not be renewed. `step_up`: signed in, but a call needs more rights.
 */
export const loginStateSchema = z.enum(['needed', 'waiting', 'signed_in', 'expired', 'step_up']);
export type LoginState = z.output<typeof loginStateSchema>;

/** The profile whose login is used where a client's profile has none of its own. */
export const DEFAULT_PROFILE = 'default';
const profileSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,30}$/)
  .default(DEFAULT_PROFILE);

export const loginViewSchema = z.object({
  profile: z.string(),
  state: loginStateSchema,
  /** The authorization server. */
  issuer: z.string().optional(),
  /** Who is signed in, where the authorization server told. */
  account: z.string().optional(),
  scopes: z.array(z.string()),
  /** Rights that a call was refused for. */
  wanted: z.array(z.string()).optional(),
  /** When the access token runs out; absent: it was not told. */
  expiresAt: z.number().optional(),
  /** Whether it is renewed without a person. */
  renewable: z.boolean(),
  since: z.number().optional(),
  /** Why the last attempt failed. */
  problem: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
});
export type LoginView = z.output<typeof loginViewSchema>;

const ofServer = z.object({ name: serverNameSchema, profile: profileSchema });

export const loginContract = {
  'servers.login.start': command(
    'Begins to sign in at a remote server: open `url` in a browser of this machine. The outcome shows in the server’s `logins`.',
    ofServer.extend({
      /** A client that was registered by hand, where the authorization server offers no other way. */
      client: z
        .object({ id: z.string().min(1).max(2048), secret: z.string().max(4096).optional() })
        .optional(),
    }),
    z.object({ url: z.string(), redirectUri: z.string(), expiresAt: z.number() }),
  ),
  'servers.login.finish': command(
    'Ends signing in with the address that the browser was sent to, where that browser runs on another machine.',
    ofServer.extend({ address: z.string().max(16_384) }),
    z.object({}),
  ),
  'servers.login.cancel': command('Calls off signing in.', ofServer, z.object({})),
  'servers.login.signOut': command(
    'Forgets the login of a server, after asking the authorization server to end it.',
    ofServer,
    z.object({
      /** Whether the authorization server confirmed it; else its tokens live on there until they run out. */
      revoked: z.boolean(),
    }),
  ),
};
