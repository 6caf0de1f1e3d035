/** What the command line reads and writes, as an argument. */
export interface Io {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** Whether a person sits at both ends, who can be asked. */
export const isInteractive = ({ stdin, stderr }: Io): boolean => Boolean(stdin.isTTY && stderr.isTTY);
