import { useTranslation } from 'react-i18next';
import type { OpenCode } from '#shared/features/fleet/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';

/** Codes that nobody came with yet; what they say was shown once. */
export function CodesCard({ codes }: { codes: readonly OpenCode[] }) {
  const { t } = useTranslation('fleet');
  if (codes.length === 0) return null;
  return (
    <Card title={t('codes.title')}>
      <List label={t('codes.title')}>
        {codes.map((code) => (
          <CodeRow key={code.id} code={code} />
        ))}
      </List>
    </Card>
  );
}

function CodeRow({ code: { createdAt, expiresAt, id } }: { code: OpenCode }) {
  const { t } = useTranslation('fleet');
  const format = useFormats();
  const { clock } = useNodeLink();
  const node = useNode();
  const cancel = useCommand((signal) => node['fleet.cancelCode']({ id }, { signal }));
  return (
    <ListRow
      title={t('codes.of', { when: format.when(createdAt, clock.now()) })}
      sub={<FaultNote fault={cancel.fault} />}
      states={t('codes.until', { when: format.when(expiresAt, clock.now()) })}
      actions={
        <Button size="small" command={cancel} onPress={() => void cancel.run()}>
          {t('codes.cancel')}
        </Button>
      }
    />
  );
}
