import { Stethoscope } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diagnostics } from '#shared/features/node/upkeep.ts';
import { useNode } from '../../../platform/node-link.ts';
import { saveFile } from '../../../platform/save-file.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from '../data.module.css';

/** Collects, shows every file, and saves exactly what was shown. */
export function DiagnosticsButton() {
  const { t } = useTranslation('data');
  const node = useNode();
  const [bundle, setBundle] = useState<Diagnostics>();
  const collect = useCommand(async (signal) => setBundle(await node['node.diagnostics']({}, { signal })));
  return (
    <>
      <Button icon={Stethoscope} command={collect} onPress={() => void collect.run()}>
        {t('diagnostics.open')}
      </Button>
      <FaultNote fault={collect.fault} />
      {bundle && <Preview bundle={bundle} onClose={() => setBundle(undefined)} />}
    </>
  );
}

function Preview({ bundle, onClose }: { bundle: Diagnostics; onClose(): void }) {
  const { t } = useTranslation(['data', 'common']);
  const toasts = useToasts();
  const [name, setName] = useState(bundle.files[0]?.name ?? '');
  const file = bundle.files.find((item) => item.name === name);
  const save = useCommand(async () => {
    const { strToU8, zipSync } = await import('fflate');
    const entries = bundle.files.map((item) => [item.name, strToU8(item.text)]);
    const zip = zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>);
    saveFile(new Blob([zip], { type: 'application/zip' }), `${bundle.name}.zip`);
    toasts.say(t('diagnostics.saved'));
    onClose();
  });
  return (
    <Dialog
      wide
      isOpen
      title={t('diagnostics.title')}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button look="primary" command={save} onPress={() => void save.run()}>
            {t('diagnostics.save')}
          </Button>
        </>
      }
    >
      <p>{t('diagnostics.words')}</p>
      <Select
        label={t('diagnostics.file', { count: bundle.files.length })}
        options={bundle.files.map((item) => ({ value: item.name, label: item.name }))}
        value={name}
        onChange={setName}
      />
      <pre className={styles['preview']} dir="ltr" lang="en" tabIndex={0} role="group" aria-label={name}>
        {file?.text}
      </pre>
      <FaultNote fault={save.fault} />
    </Dialog>
  );
}
