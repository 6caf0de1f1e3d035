/** Dialogs that few open, and nobody at once: Home is drawn without them. */
import { onDemand } from '../../../ui/on-demand.tsx';

export const RecoveryPhraseDialog = onDemand(
  async () => (await import('./recovery-phrase-dialog.tsx')).RecoveryPhraseDialog,
);

export const DisplayNameDialog = onDemand(
  async () => (await import('./display-name-dialog.tsx')).DisplayNameDialog,
);
