/** The desktop's host of a node, without a desktop: on a real node, from the built bundle. */
import { join } from 'node:path';
import { createDesktopHost } from '#main/shells/desktop/create-node-host.ts';
import { chooseRun } from '#main/shells/desktop/choose-run.ts';
import { attachToNode } from '#main/shells/desktop/node-run-attached.ts';
import type { DesktopHost } from '#main/shells/desktop/node-host.ts';
import { findPlaces } from '#main/shells/desktop/places.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { root } from '#test/support/daemon.ts';

export interface HostOptions {
  dataDir: string;
  host?: 'child' | 'main';
  args?: string[];
}

/** Free ports, and nobody is looked for on the local network. */
const QUIET = ['--mcp-port', '0', '--web-port', '0', '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns'];

export function createTestHost({ dataDir, host = 'child', args = [] }: HostOptions): DesktopHost {
  const here = join(root, 'dist', 'desktop');
  let known: string | undefined;
  return createDesktopHost({
    run: chooseRun({
      args: { host, daemon: [...QUIET, ...args] },
      dataDir,
      places: findPlaces(here),
      here,
      resources: here,
      env: process.env,
      clock,
    }),
    kind: host,
    attach: attachToNode(dataDir),
    passphrases: {
      recall: () => Promise.resolve(known),
      keep(passphrase) {
        known = passphrase;
        return Promise.resolve();
      },
    },
    clock,
    random,
    log: silentLog,
  });
}
