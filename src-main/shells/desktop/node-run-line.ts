/** What a node that is hosted here is told and says: the same over the IPC of a child and over memory. */
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createClient, openOver } from '#shared/kernel/rpc/index.ts';
import { HOSTING, HOSTING_VERSION, NODE, hostingContract } from '#main/node/hosting.ts';
import type { NodeEnd, NodeRun, RunOptions } from './node-run.ts';

/** Orders the node at the other end of `carrier` to start. `ended` says how it came to its end. */
export function orderStart(
  carrier: Channel,
  ended: Promise<NodeEnd>,
  { passphrase, onPhase }: RunOptions,
): Pick<NodeRun, 'ready' | 'open'> {
  const opener = openOver(carrier);
  const hosting = createClient(hostingContract, opener.open(HOSTING), { version: HOSTING_VERSION });
  const gone = ended.then(({ fault }) => {
    throw fault ?? stoppedMeanwhile();
  });
  const started = hosting['hosting.start'](passphrase === undefined ? {} : { passphrase });
  const told = started.then(
    () => undefined,
    // How it died says more than that the connection is gone.
    (error: unknown) => (isGone(error) ? gone : Promise.reject(error as Error)),
  );
  const ready = Promise.race([gone, told]);
  // Whoever waits for the start hears of it; after the start, `ended` does.
  for (const promise of [gone, told, ready]) promise.catch(() => undefined);
  void follow();
  return { ready, open: () => opener.open(NODE) };

  async function follow(): Promise<void> {
    try {
      for await (const { state, phase } of hosting['hosting.watch']({}))
        if (state === 'running') onPhase('running');
        else if (phase) onPhase(phase);
    } catch (error) {
      if (!isGone(error)) carrier.close(error as AppError);
    }
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'contract.disconnected';

const stoppedMeanwhile = (): AppError =>
  new AppError('desktop.node_stopped', 'The node was stopped before it had started.', {
    advice: 'Start it again when it is wanted.',
    retryable: true,
  });
