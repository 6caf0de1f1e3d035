/** The node as a whole: how it is, what waits for its operator, whether it serves peers, how far its first run came. */
export {
  createNodeFeature,
  type NodeFeature,
  NodeProvider,
  useAttention,
  useConditions,
  useNodeStatus,
  useSetup,
} from './store.tsx';
export { PausedBadge } from './parts/paused-badge.tsx';
export { useNextMorning, useSharingPause } from './use-sharing-pause.ts';
