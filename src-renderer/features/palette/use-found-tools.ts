import { useEffect, useState } from 'react';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { useNodeLink } from '../../platform/node-link.ts';
import { useQuery } from '../../platform/use-query.ts';

/** The node is asked once the typing rests for this long. */
const REST_MS = 120;
const MOST_TOOLS = 8;

/** Tools that fit what is typed; those found before stay until others are. */
export function useFoundTools(typed: string): readonly ToolView[] {
  const { clock } = useNodeLink();
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = clock.after(REST_MS, () => setText(typed.trim()));
    return () => timer.cancel();
  }, [typed, clock]);
  const { data } = useQuery(
    async (node, signal) =>
      text === '' ? { items: [] } : node['tools.search']({ text, limit: MOST_TOOLS }, { signal }),
    [text],
  );
  return data?.items ?? [];
}
