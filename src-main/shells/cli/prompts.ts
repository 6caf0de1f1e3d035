/** Questions to a person at the terminal. They go to stderr, so that stdout holds the answer alone. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AppError } from '#shared/kernel/errors.ts';
import type { Cli } from './cli.ts';
import { type Io, isInteractive } from './io.ts';
import { oneLine } from './printable.ts';

export async function confirm(io: Io, question: string): Promise<boolean> {
  const answer = await readLine(io, `${question} [y/N] `, true);
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks without showing what is typed. */
export const askSecret = (io: Io, question: string): Promise<string> => readLine(io, `${question}: `, false);

async function readLine(io: Io, prompt: string, echo: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: echo ? io.stderr : silent, terminal: !echo });
  const left = new AbortController();
  // Ctrl-C and the end of the input: without these the question would stay open and the process end without a word.
  lines.once('SIGINT', () => left.abort());
  lines.once('close', () => left.abort());
  if (!echo) io.stderr.write(prompt);
  try {
    return await lines.question(echo ? prompt : '', { signal: left.signal });
  } catch (cause) {
    throw new AppError('cli.interrupted', 'The question was not answered; nothing was done.', {
      advice: 'Run the command again when you have the answer.',
      cause,
    });
  } finally {
    lines.close();
    if (!echo) io.stderr.write('\n');
  }
}

/** Values of secrets by name: from variables of this command's environment, else asked for. Throws `cli.secret_needed`. */
export async function readSecrets(io: Io, names: readonly string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = io.env[name] ?? (isInteractive(io) ? await askSecret(io, `Value of ${name}`) : undefined);
    if (value === undefined)
      throw new AppError('cli.secret_needed', `The value of the secret ${name} is missing.`, {
        advice: `Set the variable ${name} for this command, or run it at a terminal to be asked.`,
      });
    values[name] = value;
  }
  return values;
}

/** The passphrase that was given without asking anyone: `--passphrase-file`, else `TOOLSWARM_PASSPHRASE`. */
export function givenPassphrase(cli: Cli): string | undefined {
  const file = cli.passphraseFile();
  return file === undefined ? cli.io.env.TOOLSWARM_PASSPHRASE : readSecretFile(file);
}

/** The given passphrase, or the answer of the person at the terminal; undefined where nobody can be asked. */
export async function findPassphrase(cli: Cli, question: string): Promise<string | undefined> {
  const given = givenPassphrase(cli);
  if (given !== undefined || !isInteractive(cli.io)) return given;
  return askSecret(cli.io, question);
}

/** As {@link findPassphrase}, but throws `cli.passphrase_needed` where there is none. */
export async function needPassphrase(cli: Cli, question: string): Promise<string> {
  const passphrase = await findPassphrase(cli, question);
  if (passphrase) return passphrase;
  throw passphraseNeeded();
}

/** A passphrase to be set: from `file`, or asked for twice. Throws `cli.passphrase_needed`, `cli.passphrase_differs`. */
export async function newPassphrase({ io }: Cli, file: string | undefined): Promise<string> {
  if (file !== undefined) return readSecretFile(file);
  if (!isInteractive(io)) throw passphraseNeeded();
  const passphrase = await askSecret(io, 'New passphrase');
  if ((await askSecret(io, 'Once more')) !== passphrase)
    throw new AppError('cli.passphrase_differs', 'The two passphrases differ.', { advice: 'Try again.' });
  if (passphrase === '') throw passphraseNeeded();
  return passphrase;
}

const passphraseNeeded = (): AppError =>
  new AppError('cli.passphrase_needed', 'A passphrase is needed.', {
    advice: 'Give it in a file (see --help) or in TOOLSWARM_PASSPHRASE, or run this at a terminal.',
  });

function readSecretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AppError('cli.unreadable_file', `The file ${oneLine(file)} cannot be read.`, {
      advice: 'Check its name and that it belongs to you.',
      cause,
    });
  }
}
