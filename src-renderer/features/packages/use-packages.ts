/** What several parts of the pages follow. */
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
