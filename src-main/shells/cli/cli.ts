/** What every command has at hand: options, the node, and one way to answer. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { defaultDataDir } from '#main/platform/data-dir.ts';
import type { Io } from './io.ts';
import type { RemoteOptions } from './remote.ts';

/** What a command answers: `data` for programs (`--json`), `text` for people. */
export interface Answer {
  data: unknown;
  text: string;
}

export interface Cli {
  io: Io;
  /** The folder of the node that is meant, absolute. Throws `cli.not_remote` where a node elsewhere is meant. */
  dataDir(): string;
  /** The node on another machine that is meant (`--remote`), if one is. */
  remote(): RemoteOptions | undefined;
  /** Whether a program reads the answer. */
  json(): boolean;
  passphraseFile(): string | undefined;
  /** Runs a command that needs no running node, and prints its answer. */
  run(action: () => Promise<Answer>): Promise<void>;
  /** Runs a command against the running node, and prints its answer. Throws `cli.not_running` where there is none. */
  ask(action: (node: NodeClient) => Promise<Answer>): Promise<void>;
  /** The same for what goes on until it is interrupted: prints each answer as it comes. */
  follow(action: (node: NodeClient, print: (answer: Answer) => void) => Promise<void>): Promise<void>;
}

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  dataDir?: string;
  remote?: string;
  json?: boolean;
  passphraseFile?: string;
}

export function createCli(program: Command, io: Io): Cli {
  const options = () => program.opts<GlobalOptions>();
  const print = ({ data, text }: Answer) =>
    void io.stdout.write(`${cli.json() ? JSON.stringify({ ok: true, data }) : text}\n`);
  /** Only when it is needed: the bridge above all starts without the contract and its schemas. */
  async function connected<Result>(action: (node: NodeClient) => Promise<Result>): Promise<Result> {
    const { connectToNode, connectToRemote } = await import('./connection.ts');
    const remote = cli.remote();
    const { node, close } = remote ? await connectToRemote(remote) : await connectToNode(cli.dataDir());
    try {
      return await action(node);
    } finally {
      close();
    }
  }
  const cli: Cli = {
    io,
    dataDir() {
      if (options().remote !== undefined) throw notRemote();
      return resolve(
        options().dataDir ?? defaultDataDir({ env: io.env, platform: process.platform, home: homedir() }),
      );
    },
    remote() {
      const { dataDir, remote } = options();
      return remote === undefined ? undefined : { destination: remote, dataDir, env: io.env };
    },
    json: () => options().json === true,
    passphraseFile: () => options().passphraseFile,
    async run(action) {
      print(await action());
    },
    ask: (action) => cli.run(() => connected(action)),
    follow: (action) => connected((node) => action(node, print)),
  };
  return cli;
}

const notRemote = (): AppError =>
  new AppError('cli.not_remote', 'This command works on this machine only.', {
    advice: 'Log in to the other machine with ssh and run it there.',
  });
