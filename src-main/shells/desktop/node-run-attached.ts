/** A node that somebody else started on the data folder, reached over its control socket. */
import { connect } from 'node:net';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import {
  type Channel,
  MAX_RESPONSE_LENGTH,
  channelInParts,
  createChannelPair,
  createClient,
  joinChannels,
} from '#shared/kernel/rpc/index.ts';
import { controlSocketPath } from '#main/node/serve-contract.ts';
import { channelOverSocket } from '#main/platform/socket-channel.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';
import type { NodeEnd, NodeRun, RunNode } from './node-run.ts';

/** Whole messages that may wait for a window that reads nothing. */
const MAX_HELD = 2 * MAX_RESPONSE_LENGTH;

/** Stopping lets go of the node; it keeps running. */
export const attachToNode =
  (dataDir: string): RunNode =>
  ({ onPhase }) => {
    const path = controlSocketPath(dataDir);
    // One line of our own tells when the node is gone.
    const watched = openLine(path);
    const node = createClient(contract, watched, { version: CONTRACT_VERSION });
    let wasReady = false;
    let isLeaving = false;
    const ready = node['node.status']({}).then(
      () => {
        wasReady = true;
        onPhase('running');
      },
      (error: unknown) => {
        watched.close();
        throw isNobodyThere(error) ? nobodyThere() : error;
      },
    );
    ready.catch(() => undefined);
    const ended = new Promise<NodeEnd>((resolve) =>
      watched.onClose(() => resolve(wasReady && !isLeaving ? { fault: left() } : {})),
    );
    return {
      pid: undefined,
      ready,
      ended,
      open: () => inParts(openLine(path)),
      stop() {
        isLeaving = true;
        watched.close();
        return ended.then(() => undefined);
      },
    } satisfies NodeRun;
  };

function openLine(path: string): Channel {
  checkSocketFolder(path);
  return channelOverSocket(connect(path), { maxLineLength: MAX_RESPONSE_LENGTH });
}

/** The socket speaks in whole messages; windows speak in parts. */
function inParts(line: Channel): Channel {
  const [outer, inner] = createChannelPair();
  joinChannels(channelInParts(inner), line, { maxHeld: MAX_HELD });
  return outer;
}

const isNobodyThere = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'contract.disconnected';

const nobodyThere = (): AppError =>
  new AppError('desktop.nothing_to_attach', 'No node is running on this data folder any more.', {
    advice: 'Start one here.',
    retryable: true,
  });

const left = (): AppError =>
  new AppError('desktop.attached_node_left', 'The node that was used here has stopped.', {
    advice: 'Start one here, or start the other one again.',
  });
