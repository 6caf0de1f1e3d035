import { useState } from 'react';
import type { Fault } from '../../../platform/faults.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';

export interface SignIn {
  /** Begins, and opens the page of the authorization server. */
  run(client?: { id: string; secret?: string }): Promise<unknown>;
  pending: boolean;
  fault: Fault | undefined;
  clear(): void;
  /** The page that was opened, for browsers that did not let it open. */
  url: string | undefined;
}

export function useSignIn(server: string, profile: string): SignIn {
  const node = useNode();
  const [url, setUrl] = useState<string>();
  const begin = useCommand(async (signal, client?: { id: string; secret?: string }) => {
    const begun = await node['servers.login.start'](
      { name: server, profile, ...(client ? { client } : {}) },
      { signal },
    );
    setUrl(begun.url);
    // The page is that of a stranger: it must not be able to steer this one. A browser that refuses leaves the link.
    window.open(begun.url, '_blank', 'noopener,noreferrer');
  });
  return { run: begin.run, pending: begin.pending, fault: begin.fault, clear: begin.clear, url };
}
