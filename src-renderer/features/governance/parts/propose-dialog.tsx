import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { CLASSES, type ThresholdClass } from '#shared/features/governance/numbers.ts';
import { MAX_WORDS } from '#shared/features/governance/records.ts';
import { FEATURE_NAME } from '#shared/features/p2p/features.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';

export function ProposeDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('governance');
  return (
    <Dialog title={t('propose.title')} isOpen={isOpen} onClose={onClose}>
      <ProposeForm onDone={onClose} />
    </Dialog>
  );
}

const HASH = /^[0-9a-f]{64}$/;

function ProposeForm({ onDone }: { onDone(): void }) {
  const { t } = useTranslation('governance');
  const node = useNode();
  const [, go] = useLocation();
  const [draft, setDraft] = useState({ feature: '', specHash: '', specUrl: '', text: '' });
  const [kind, setKind] = useState<ThresholdClass>('feature');
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const [feature, specHash] = [draft.feature.trim(), draft.specHash.trim().toLowerCase()];
  const send = useCommand(async (signal) => {
    const { id } = await node['governance.propose'](
      { feature, specHash, specUrl: draft.specUrl.trim(), text: draft.text.trim(), class: kind },
      { signal },
    );
    onDone();
    go(`/network/protocol/${id}`);
  });
  return (
    <DialogForm
      command={send}
      submit={t('propose.send')}
      onCancel={onDone}
      ready={FEATURE_NAME.test(feature) && HASH.test(specHash)}
    >
      <p>{t('propose.words')}</p>
      <TextField
        code
        required
        autoFocus
        label={t('propose.feature')}
        description={t('propose.featureHint')}
        value={draft.feature}
        onChange={(value) => set({ feature: value })}
        maxLength={44}
      />
      <Select<ThresholdClass>
        label={t('propose.class')}
        description={t(`propose.classHint.${kind}`)}
        value={kind}
        onChange={setKind}
        options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))}
      />
      <TextField
        code
        required
        label={t('propose.hash')}
        description={t('propose.hashHint')}
        value={draft.specHash}
        onChange={(value) => set({ specHash: value })}
        maxLength={64}
      />
      <TextField
        code
        inputMode="url"
        label={t('propose.url')}
        value={draft.specUrl}
        onChange={(value) => set({ specUrl: value })}
        maxLength={300}
      />
      <TextField
        rows={4}
        label={t('propose.text')}
        description={t('propose.textHint')}
        value={draft.text}
        onChange={(value) => set({ text: value })}
        maxLength={MAX_WORDS}
      />
    </DialogForm>
  );
}
