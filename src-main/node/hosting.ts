/**
 * Between a node's process and the program that started it. All of it runs over the IPC channel that the process
 * inherited, which carries many channels: one labelled `HOSTING` for this contract, and one labelled `NODE`, in parts,
 * for each line to the node's own contract.
 *
 * The channel's end is the order to stop. Whether the starter asks for it or is gone, even by force, the node ends in
 * order, and nothing of it is left behind.
 */
import { z } from 'zod';
import { startPhaseSchema } from '#shared/features/desktop/host.ts';
import { command, stream } from '#shared/kernel/contract.ts';

export const HOSTING = 'hosting';
export const NODE = 'node';
export const HOSTING_VERSION = 1;

export const hostingStateSchema = z.object({
  /** `waiting` for the order to start. */
  state: z.enum(['waiting', 'starting', 'running']),
  phase: startPhaseSchema.optional(),
});
export type HostingState = z.output<typeof hostingStateSchema>;

export const hostingContract = {
  'hosting.start': command(
    'Starts the node, once; resolves when it runs. Secrets come this way alone, never as arguments or environment.',
    z.object({ passphrase: z.string().max(1024).optional() }),
    z.object({}),
  ),
  'hosting.watch': stream(
    'What the process is doing, again whenever it changed.',
    z.object({}),
    hostingStateSchema,
  ),
};
