import type { Channel } from '#shared/kernel/rpc/index.ts';

/** What the command line reads and writes, as an argument. */
export interface Io {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  /** To the program that runs a node within its own process; over IPC it is made when it is needed. */
  host?: Channel;
}

/** Whether a person sits at both ends, who can be asked. */
export const isInteractive = ({ stdin, stderr }: Io): boolean => Boolean(stdin.isTTY && stderr.isTTY);
