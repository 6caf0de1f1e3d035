import { useNode, useNodeLink } from '../../platform/node-link.ts';
import { useCommand } from '../../platform/use-command.ts';

/** Stops and resumes serving peers; AI clients of this machine notice nothing. */
export function useSharingPause() {
  const node = useNode();
  const pause = useCommand((signal, forMs?: number) =>
    node['node.pauseSharing'](forMs === undefined ? {} : { forMs }, { signal }),
  );
  const resume = useCommand((signal) => node['node.resumeSharing']({}, { signal }));
  return { pause, resume };
}

/** Milliseconds until eight o’clock of the next morning, as this window’s clock tells the time. */
export function useNextMorning(): () => number {
  const { clock } = useNodeLink();
  return () => {
    const morning = new Date(clock.now());
    if (morning.getHours() >= 8) morning.setDate(morning.getDate() + 1);
    morning.setHours(8, 0, 0, 0);
    return morning.getTime() - clock.now();
  };
}
