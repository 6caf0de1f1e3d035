/**
 * Small questions to D-Bus, asked through whichever of its command-line tools a Linux desktop has: a client of our own
 * for two questions would be more code than both answers are worth.
 */
import { execFile } from 'node:child_process';

const PATIENCE_MS = 2_000;

export type BusTool = (command: string, args: readonly string[]) => Promise<string>;

export const runBusTool: BusTool = (command, args) =>
  new Promise((resolve, reject) => {
    execFile(command, args, { timeout: PATIENCE_MS, encoding: 'utf8' }, (error, stdout) => {
      if (error) reject(new Error(`${command} gave no answer`, { cause: error }));
      else resolve(stdout);
    });
  });

/** The first tool that answers; undefined where none does (no bus, no tool, no such thing on the bus). */
async function firstAnswer(
  run: BusTool,
  calls: ReadonlyArray<readonly string[]>,
): Promise<string | undefined> {
  for (const [command = '', ...args] of calls) {
    try {
      return await run(command, args);
    } catch {
      // not installed, or nobody there: the next tool may know
    }
  }
  return undefined;
}

const BUS = 'org.freedesktop.DBus';

/** Whether somebody on the session's bus has that name; `false` where there is no bus. */
export async function hasOwnerOnBus(name: string, run: BusTool = runBusTool): Promise<boolean> {
  const answer = await firstAnswer(run, [
    [
      'dbus-send',
      '--session',
      '--print-reply=literal',
      `--dest=${BUS}`,
      '/',
      `${BUS}.NameHasOwner`,
      `string:${name}`,
    ],
    [
      'gdbus',
      'call',
      '--session',
      '--dest',
      BUS,
      '--object-path',
      '/',
      '--method',
      `${BUS}.NameHasOwner`,
      name,
    ],
    ['busctl', '--user', 'call', BUS, '/', BUS, 'NameHasOwner', 's', name],
  ]);
  return answer !== undefined && /\btrue\b/.test(answer);
}

/** An unsigned number among the properties of an object on the system's bus. */
export async function numberOnSystemBus(
  { service, path, face, property }: { service: string; path: string; face: string; property: string },
  run: BusTool = runBusTool,
): Promise<number | undefined> {
  const get = 'org.freedesktop.DBus.Properties.Get';
  const answer = await firstAnswer(run, [
    [
      'dbus-send',
      '--system',
      '--print-reply=literal',
      `--dest=${service}`,
      path,
      get,
      `string:${face}`,
      `string:${property}`,
    ],
    ['gdbus', 'call', '--system', '--dest', service, '--object-path', path, '--method', get, face, property],
    ['busctl', '--system', 'get-property', service, path, face, property],
  ]);
  const digits = /(\d+)\D*$/.exec(answer ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
