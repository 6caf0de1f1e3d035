import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pin } from '#shared/features/registry/pin.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { labelOf, usualRange } from '../rules.ts';
import type { ToolDetail } from './tool-actions.tsx';

const kinds = ['fingerprint', 'version', 'range'] as const;

/** Pins the tool to what it is, to a version or to a range, or lets it go. */
export function PinDialog({ tool, onClose }: { tool: ToolDetail; onClose(): void }) {
  const { t } = useTranslation(['catalog', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [kind, setKind] = useState<Pin['kind']>(tool.pin?.kind ?? 'fingerprint');
  const [range, setRange] = useState(tool.pin?.kind === 'range' ? tool.pin.value : usualRange(tool.version));
  const name = labelOf(tool);
  const value = { fingerprint: tool.fingerprint, version: tool.version, range: range.trim() }[kind];
  const save = useCommand(async (signal) => {
    await node['tools.pin']({ id: tool.id, pin: { kind, value } }, { signal });
    toasts.say(t('pin.done', { name }));
    onClose();
  });
  const remove = useCommand(async (signal) => {
    await node['tools.unpin']({ id: tool.id }, { signal });
    toasts.say(t('pin.removed', { name }));
    onClose();
  });
  return (
    <Dialog isOpen title={t('pin.title', { name })} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (value) void save.run();
        }}
      >
        <p>{t('pin.words')}</p>
        <Select<Pin['kind']>
          label={t('pin.label')}
          description={t(`pin.help.${kind}`)}
          options={kinds.map((one) => ({
            value: one,
            label: one === 'version' ? t('pin.thisVersion', { version: tool.version }) : t(`pin.kind.${one}`),
          }))}
          value={kind}
          onChange={setKind}
        />
        {kind === 'range' && (
          <TextField
            label={t('pin.range')}
            value={range}
            onChange={setRange}
            code
            autoFocus
            maxLength={128}
          />
        )}
        <FaultNote fault={save.fault ?? remove.fault} />
        <div className="form-actions">
          {tool.pin && (
            <Button command={remove} onPress={() => void remove.run()}>
              {t('pin.remove')}
            </Button>
          )}
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" look="primary" command={save} isDisabled={!value}>
            {t('pin.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
