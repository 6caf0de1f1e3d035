/** The headless shell: a node in the foreground, until a signal or `toolswarm stop` ends it. */
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, channelOverProcess } from '#shared/kernel/rpc/index.ts';
import type { NodeOptions } from '#main/node/create-node.ts';
import { type HostedNode, hostNode, hostUnlocked } from './host.ts';
import { runHosted } from './hosted.ts';

export interface DaemonDeps {
  /** Prints one line. */
  say: (line: string) => void;
  /** Asks the person at the terminal; undefined where there is none. */
  askPassphrase?: (() => Promise<string>) | undefined;
}

/** After an orderly stop nothing should be left; what still is must not keep the process for longer. */
const LINGER_MS = 2_000;
/** A person waits for the end of a hosted one. */
const HOSTED_LINGER_MS = 100;
/** How long a node whose host is gone may take to stop in order. */
const ORPHAN_MS = 20_000;

/**
 * Runs a node, prints its ready line once, and resolves after it has stopped in order. Rejects with advice where it
 * cannot start. A second signal ends the process at once.
 */
export async function runDaemon(options: NodeOptions, deps: DaemonDeps): Promise<void> {
  const signalled = listenForSignals();
  const host = createHost(deps);
  let hosted = await host(options);
  // A promise that nobody awaits is a mistake in one corner; it must not end the calls of every client.
  process.on('unhandledRejection', (error) => hosted.log.error({ err: error }, 'a failure was not handled'));
  deps.say(JSON.stringify(hosted.ready));
  while ((await Promise.race([signalled, hosted.asked])) === 'restart')
    hosted = await restart(hosted, options, host);
  await hosted.stop();
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/**
 * Runs a node for its host, which is this very process (`host` leads to it) or the program that started this one with an
 * IPC channel. It starts when it is told to, and stops when the channel ends; resolves then. Rejects with
 * `cli.not_hosted` where there is no channel.
 */
export async function runHostedDaemon(options: NodeOptions, host?: Channel): Promise<void> {
  if (host) return runHosted(options, host).ended;
  const carrier = channelToStarter();
  await runHosted(options, carrier).ended;
  setTimeout(() => process.exit(), HOSTED_LINGER_MS).unref();
}

function channelToStarter(): Channel {
  if (!process.send) throw notHosted();
  const carrier = channelOverProcess(process);
  // Interrupts from a terminal that both share are the other program's to judge.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => carrier.close());
  process.on('unhandledRejection', (error) => console.error('a failure was not handled', error));
  carrier.onClose(() => setTimeout(() => process.exit(1), ORPHAN_MS).unref());
  return carrier;
}

const notHosted = (): AppError =>
  new AppError('cli.not_hosted', 'No program holds the other end of this node’s channel.', {
    advice: 'Leave --hosted out: it is for the desktop application, which starts nodes of its own.',
  });

/** The same node on the same ports, with whatever changed in it. */
async function restart({ stop, ports }: HostedNode, options: NodeOptions, host: Host): Promise<HostedNode> {
  await stop();
  return host({ ...options, ...ports });
}

function listenForSignals(): Promise<'stop'> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = () => {
      count += 1;
      if (count > 1) process.exit(1);
      resolve('stop');
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

type Host = (options: NodeOptions) => Promise<HostedNode>;

/** Asks for a passphrase where one is needed, and has it again at the next restart: the person may be gone by then. */
function createHost({ askPassphrase }: DaemonDeps): Host {
  let typed: string | undefined;
  return async (options) => {
    try {
      // What was typed is not given unasked: it would seal keys whose passphrase was taken away meanwhile.
      return await hostUnlocked(options, typed);
    } catch (error) {
      if (!askPassphrase || !isRefused(error, typed !== undefined)) throw error;
      const given = await askPassphrase();
      const hosted = await hostNode({ ...options, passphrase: given });
      typed = given;
      return hosted;
    }
  };
}

/** A passphrase that was typed once may have been changed since. */
const isRefused = (error: unknown, wasTyped: boolean): boolean =>
  error instanceof AppError &&
  (error.code === 'keystore.passphrase_needed' || (wasTyped && error.code === 'keystore.wrong_passphrase'));
