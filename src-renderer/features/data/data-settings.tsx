import { Stack } from '../../ui/page.tsx';
import { KeysCard } from '../identity/index.ts';
import { BackupCard } from './parts/backup-card.tsx';
import { DiagnosticsCard } from './parts/diagnostics-card.tsx';
import { RestoreCard } from './parts/restore-card.tsx';
import { StorageCard } from './parts/storage-card.tsx';
import { UninstallCard } from './parts/uninstall-card.tsx';

export const DataSettings = () => (
  <Stack>
    <BackupCard />
    <RestoreCard />
    <KeysCard />
    <StorageCard />
    <DiagnosticsCard />
    <UninstallCard />
  </Stack>
);
