/** What several parts of the pages follow. */
import { useRef } from 'react';
import type { InstalledPackage, PackageTransfer } from '#shared/features/packages/views.ts';
import { useNode } from '../../platform/node-link.ts';
import { type Command, useCommand } from '../../platform/use-command.ts';
import { useStream } from '../../platform/use-stream.ts';

export const useInstalled = () =>
  useStream<{ items: InstalledPackage[] }>((node, options) => node['packages.watch']({}, options));

export const useTransfers = () =>
  useStream<{ items: PackageTransfer[] }>((node, options) => node['packages.transfers']({}, options));

/** Asks peers for anything newer. */
export function useCheck(title: string): Command<[], { items: InstalledPackage[] }> {
  const node = useNode();
  return useCommand((signal) => node['packages.checkUpdates']({}, { signal }), { title });
}

/**
 * A command that the node shows among its tasks: it goes on when its page is left, and is called off at its button or in
 * the tray.
 */
export function useNodeTask<Args extends unknown[], Result>(
  action: (signal: AbortSignal, ...args: Args) => Promise<Result>,
): Command<Args, Result> {
  const stop = useRef<AbortController>(undefined);
  const command = useCommand((_page, ...args: Args) => {
    const controller = new AbortController();
    stop.current = controller;
    return action(controller.signal, ...args);
  });
  return {
    ...command,
    cancel() {
      command.cancel();
      stop.current?.abort();
    },
  };
}
