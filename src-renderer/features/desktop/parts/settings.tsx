import { useTranslation } from 'react-i18next';
import type { SystemState } from '#shared/features/desktop/system.ts';
import type { DesktopClient } from '#shared/features/desktop/contract.ts';
import { useDesktop } from '../../../platform/desktop.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Switch } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useProgramStream } from '../use-program.ts';
import { KeychainSetting } from './keychain-setting.tsx';
import { UpdatesSetting } from './updates-setting.tsx';

/** How the application lives on this computer. Nothing in a browser: there is no program to set. */
export function DesktopSettings() {
  const { t } = useTranslation('desktop');
  const link = useDesktop();
  const state = useProgramStream((program, options) => program['desktop.watchSystem']({}, options));
  if (!link) return null;
  return (
    <Card title={t('card.title')} lead={t('card.lead')}>
      {state ? <Choices state={state} program={link.program} /> : <Loading label={t('card.reading')} />}
    </Card>
  );
}

function Choices({ state, program }: { state: SystemState; program: DesktopClient }) {
  const { t } = useTranslation('desktop');
  const { tray, autostart, notifications } = state;
  const start = useCommand((signal, on: boolean) => program['desktop.setAutostart']({ on }, { signal }));
  const notify = useCommand((signal, on: boolean) => program['desktop.setNotifications']({ on }, { signal }));
  return (
    <Stack>
      {!tray && <Note>{t('tray.missing')}</Note>}
      <Switch
        selected={autostart.on}
        disabled={!autostart.supported || start.pending}
        onChange={(on) => void start.run(on)}
        description={t(
          autostart.supported ? (tray ? 'autostart.help' : 'autostart.noTrayHelp') : 'autostart.unsupported',
        )}
      >
        {t('autostart.label')}
      </Switch>
      <FaultNote fault={start.fault} />
      <Switch
        selected={notifications.on && notifications.supported}
        disabled={!notifications.supported || notify.pending}
        onChange={(on) => void notify.run(on)}
        description={t(notifications.supported ? 'notifications.help' : 'notifications.unsupported')}
      >
        {t('notifications.label')}
      </Switch>
      <FaultNote fault={notify.fault} />
      <KeychainSetting keychain={state.keychain} program={program} />
      <UpdatesSetting updates={state.updates} program={program} />
    </Stack>
  );
}
