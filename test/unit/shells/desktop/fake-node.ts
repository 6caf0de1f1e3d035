/** A node whose every step a test decides, in place of a process. */
import type { StartPhase } from '#shared/features/desktop/host.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createChannelPair } from '#shared/kernel/rpc/index.ts';
import type { NodeEnd, NodeRun, RunNode } from '#main/shells/desktop/node-run.ts';

export interface FakeRun {
  passphrase: string | undefined;
  phase(phase: StartPhase | 'running'): void;
  becomeReady(): void;
  refuse(error: AppError): void;
  /** It ends by itself. */
  end(end?: NodeEnd): void;
  stops: number;
  isOver: boolean;
  /** The far ends of the lines that were opened. */
  lines: Channel[];
}

export const crash = (): AppError =>
  new AppError('desktop.node_crashed', 'The node was ended by SIGKILL.', { retryable: true });

export function createFakeNode({ stopsAtOnce = true } = {}) {
  const runs: FakeRun[] = [];
  let most = 0;
  const run: RunNode = ({ passphrase, onPhase }): NodeRun => {
    let becomeReady = () => {};
    let refuse = (_error: AppError) => {};
    let end = (_end: NodeEnd) => {};
    const ready = new Promise<void>((resolve, reject) => {
      becomeReady = resolve;
      refuse = reject;
    });
    const ended = new Promise<NodeEnd>((resolve) => {
      end = resolve;
    });
    ready.catch(() => undefined);
    const fake: FakeRun = {
      passphrase,
      phase: onPhase,
      becomeReady: () => {
        onPhase('running');
        becomeReady();
      },
      refuse,
      end(how = {}) {
        fake.isOver = true;
        refuse(how.fault ?? new AppError('desktop.node_stopped', 'Stopped.'));
        end(how);
      },
      stops: 0,
      isOver: false,
      lines: [],
    };
    runs.push(fake);
    most = Math.max(most, runs.filter(({ isOver }) => !isOver).length);
    onPhase('process');
    return {
      pid: 1000 + runs.length,
      ready,
      ended,
      open() {
        const [near, far] = createChannelPair();
        fake.lines.push(far);
        return near;
      },
      stop() {
        fake.stops += 1;
        if (stopsAtOnce) fake.end();
        return ended.then(() => undefined);
      },
    };
  };
  return {
    run,
    runs,
    /** Most that lived at a time. */
    most: () => most,
    last: () => runs.at(-1) as FakeRun,
  };
}
