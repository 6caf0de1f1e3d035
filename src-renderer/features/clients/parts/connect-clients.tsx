import { ConnectClientCard } from './connect-client-card.tsx';

export interface ConnectClientsProps {
  /** A client reached a tool through this node; `client` is its id. */
  onProved?(client: string): void;
}

export function ConnectClients(_: ConnectClientsProps) {
  return <ConnectClientCard />;
}
