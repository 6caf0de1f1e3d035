/** The part of the desktop's contract that concerns the node: what state it is in, and starting and stopping it. */
import { z } from 'zod';
import { command, stream } from '../../kernel/contract.ts';
import { errorShapeSchema } from '../../kernel/rpc/index.ts';

/**
 * How the window's program has its node. `child`: a process of its own, on the Node that the application brings.
 * `main`: inside of the window's program. `attached`: a node that somebody else started on the same data folder.
 */
export const hostKindSchema = z.enum(['child', 'main', 'attached']);
export type HostKind = z.output<typeof hostKindSchema>;

/** What a starting node is doing: start its process, open keys and database, join the network, serve clients. */
export const startPhaseSchema = z.enum(['process', 'storage', 'network', 'services']);
export type StartPhase = z.output<typeof startPhaseSchema>;

export const nodeHostStateSchema = z.object({
  host: hostKindSchema,
  /** `failed`: it could not start or it crashed; `fault` says why. */
  state: z.enum(['starting', 'running', 'stopping', 'stopped', 'failed']),
  /** While `starting`. */
  phase: startPhaseSchema.optional(),
  /** While `starting`: this phase takes longer than it should. */
  slow: z.boolean().optional(),
  /**
   * Why it failed. `keystore.passphrase_needed` and `keystore.wrong_passphrase` ask for `desktop.unlock`,
   * `node.already_running` for `desktop.attach`.
   */
  fault: z.optional(errorShapeSchema),
  /** Epoch ms at which a failed node is started again by itself. */
  restartsAt: z.number().optional(),
  /** Process id, while there is one. */
  pid: z.number().optional(),
});
export type NodeHostState = z.output<typeof nodeHostStateSchema>;

/** The node's state, and what a person wants to know of the application around it. */
export const desktopStateSchema = nodeHostStateSchema.extend({
  version: z.string(),
  electronVersion: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32']),
  packaged: z.boolean(),
});
export type DesktopState = z.output<typeof desktopStateSchema>;

export const desktopHostContract = {
  'desktop.watch': stream(
    'The application and the state of its node, again whenever it changed.',
    z.object({}),
    desktopStateSchema,
  ),
  'desktop.startNode': command(
    'Starts the node where it is not running; resolves once it runs.',
    z.object({}),
    z.object({}),
  ),
  'desktop.stopNode': command('Stops the node in order and leaves it stopped.', z.object({}), z.object({})),
  'desktop.unlock': command(
    'Starts the node with the passphrase of its keys; `keystore.wrong_passphrase` where it is another.',
    z.object({ passphrase: z.string().min(1).max(1024) }),
    z.object({}),
  ),
  'desktop.attach': command(
    'Uses the node that already runs on this data folder instead of starting one.',
    z.object({}),
    z.object({}),
  ),
  'desktop.setTheme': command(
    'The theme of the page, for frames and menus around it and for the next window before it is painted.',
    z.object({ theme: z.enum(['system', 'light', 'dark']) }),
    z.object({}),
  ),
  'desktop.newWindow': command('Opens another window.', z.object({}), z.object({})),
};
