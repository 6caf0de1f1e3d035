/** Streams of the window's own program, for as long as a component is there. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { DesktopClient } from '#shared/features/desktop/contract.ts';
import { useDesktop } from '../../platform/desktop.ts';

/** What a stream of whole states last said; undefined until it has spoken, and in a browser. */
export function useProgramStream<State>(
  open: (program: DesktopClient, options: { signal: AbortSignal }) => AsyncIterable<State>,
): State | undefined {
  const link = useDesktop();
  const [state, setState] = useState<State>();
  const openNow = useEffectEvent(open);
  useEffect(() => {
    if (!link) return;
    const stop = new AbortController();
    const read = async () => {
      for await (const next of openNow(link.program, { signal: stop.signal })) setState(next);
    };
    read().catch((error: unknown) => {
      // The stream resumes by itself; it ends with the component, or with the program.
      if (!stop.signal.aborted) console.error('the window’s program is silent', error);
    });
    return () => stop.abort();
  }, [link]);
  return state;
}
