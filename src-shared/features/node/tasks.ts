/** Work of the node that takes a while: what the tray of tasks shows. */
import { z } from 'zod';
import { command, stream } from '../../kernel/contract.ts';

/** `queued`, `active`, `verifying`: under way. `stalled`: nothing moved for a while. The rest are ends. */
export const taskStateSchema = z.enum([
  'queued',
  'active',
  'stalled',
  'verifying',
  'done',
  'failed',
  'cancelled',
]);
export type TaskState = z.output<typeof taskStateSchema>;

export const taskSchema = z.object({
  id: z.string(),
  /** What kind of work, as `<slice>.<verb>` (`recovery.backup`); the interface has a text for each. */
  kind: z.string(),
  /** What it is about: a server, a file, a registry. Shown beside the text. */
  subject: z.string().optional(),
  state: taskStateSchema,
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** How far it is, in `unit`; `total` is absent while nobody knows it. */
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.enum(['bytes', 'items']).optional(),
  cancellable: z.boolean(),
  /** Why it failed. */
  fault: z
    .object({
      code: z.string(),
      message: z.string(),
      advice: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
export type TaskView = z.output<typeof taskSchema>;

/** What a slice that does long work is given: it neither keeps nor shows tasks itself. */
export interface TaskRunner {
  /**
   * Runs `work` as a task that everybody can see. Resolves or rejects as the work does; `signal` aborts when a person
   * calls the task off (where it is cancellable) or the caller's own signal aborts.
   */
  run<Result>(
    about: { kind: string; subject?: string; cancellable?: boolean; signal?: AbortSignal },
    work: (task: TaskProgress) => Promise<Result>,
  ): Promise<Result>;
}

export interface TaskProgress {
  readonly signal: AbortSignal;
  report(progress: {
    state?: 'active' | 'verifying';
    done?: number;
    total?: number;
    unit?: 'bytes' | 'items';
  }): void;
}

export const tasksContract = {
  'tasks.watch': stream(
    'Work that takes a while: what is under way and what ended lately, again whenever something moved (at most four times a second).',
    z.object({}),
    z.object({ items: z.array(taskSchema) }),
  ),
  'tasks.cancel': command('Calls a task off, where it can be.', z.object({ id: z.string() }), z.object({})),
  'tasks.dismiss': command(
    'Forgets tasks that have ended: one, or all.',
    z.object({ id: z.string().optional() }),
    z.object({}),
  ),
};
