/** AI clients on this machine: what their configuration needs. */
export { ConnectClientCard } from './parts/connect-client-card.tsx';
