/** Who operates this node: links that were handed out, browsers that came through one, tokens of programs. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { ROLES } from './roles.ts';

export const roleSchema = z.enum(ROLES);

/** Who calls. The window and the control socket are the owner’s and have no id. */
export const operatorSchema = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  role: roleSchema,
});
export type Operator = z.output<typeof operatorSchema>;

export const operatorEntrySchema = z.object({
  id: z.string(),
  /** `link`: not opened yet. `session`: a browser that came through one. `token`: a program. */
  kind: z.enum(['link', 'session', 'token']),
  /** For whom it was made; may be empty. */
  name: z.string(),
  role: roleSchema,
  /** Epoch ms. */
  createdAt: z.number(),
  /** Noted once a minute at most. */
  lastUsedAt: z.number().optional(),
  expiresAt: z.number().optional(),
});
export type OperatorEntry = z.output<typeof operatorEntrySchema>;

export const operatorsContract = {
  'operators.me': query('Who asks, and with which role.', z.object({}), operatorSchema),
  'operators.list': query(
    'Links, browsers and programs that can operate this node, the newest first.',
    z.object({}),
    z.object({ items: z.array(operatorEntrySchema) }),
  ),
  'operators.revoke': command(
    'Ends a link, a session or a token; what is open with it closes at once.',
    z.object({ id: z.string() }),
    z.object({}),
  ),
};
