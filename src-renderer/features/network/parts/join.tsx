export interface JoinNetworkProps {
  /** An invitation that was opened elsewhere (a deep link). */
  code?: string;
  onJoined?(): void;
  onCancel?(): void;
}

export function JoinNetwork(_props: JoinNetworkProps) {
  return null;
}
