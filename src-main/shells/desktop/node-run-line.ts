/** What a node that is hosted here is told and says: the same over the IPC of a child and over memory. */
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createClient, openOver } from '#shared/kernel/rpc/index.ts';
import { HOSTING, HOSTING_VERSION, NODE, hostingContract } from '#main/node/hosting.ts';
import type { NodeEnd, NodeRun, RunOptions } from './node-run.ts';

/**
 * Waits until the node at the other end of `carrier` can be spoken to, and orders it to start. `ended` says how it came to
 * its end.
 */
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
  const told = new Promise<void>((resolve, reject) => {
    void follow(() => {
      // Said here: while it opens its database it may be too busy to say so itself.
      onPhase('storage');
      hosting['hosting.start'](passphrase === undefined ? {} : { passphrase }).then(() => resolve(), reject);
    }).catch(reject);
  });
  const ready = Promise.race([
    gone,
    // How it died says more than that the connection is gone.
    told.catch((error: unknown) => (isGone(error) ? gone : Promise.reject(error as Error))),
  ]);
  // Whoever waits for the start hears of it; after the start, `ended` does.
  for (const promise of [gone, told, ready]) promise.catch(() => undefined);
  return { ready, open: () => opener.open(NODE) };

  async function follow(onFirst: () => void): Promise<void> {
    let isFirst = true;
    for await (const { state, phase } of hosting['hosting.watch']({})) {
      if (isFirst) onFirst();
      isFirst = false;
      if (state === 'running') onPhase('running');
      else if (phase) onPhase(phase);
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
