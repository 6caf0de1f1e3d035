import { ConnectClients } from '../../clients/index.ts';
import type { StepProps } from '../page.tsx';

/** The AI clients of this machine, and a real call that proves the way from one of them to a tool. */
export const ClientsStep = ({ onDone }: StepProps) => <ConnectClients onProved={() => onDone()} />;
