import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Stack } from '../../../ui/page.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import {
  type ImportItem,
  type ImportPreview,
  type ImportSource,
  incomplete,
  isPossible,
  sourceText,
  type Values,
} from '../import.ts';
import styles from './import.module.css';

export interface ImportPickProps {
  source: ImportSource;
  preview: ImportPreview;
  onBack(): void;
  onDone(): void;
}

/** What is in the configuration: what can be added, what for that is missing, and what cannot be taken over, with the reason. */
export function ImportPick({ source, preview, onBack, onDone }: ImportPickProps) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const possible = preview.items.filter(isPossible);
  const left = preview.items.filter((item) => !isPossible(item));
  const [names, setNames] = useState<readonly string[]>(
    possible.filter(({ problem }) => problem === undefined).map(({ name }) => name),
  );
  const [values, setValues] = useState<Values>({});
  const take = useCommand(async (signal) => {
    const { added, skipped } = await node['servers.import'](
      { ...source, names: [...names], values },
      { signal },
    );
    toasts.say(t('import.done', { count: added.length }));
    for (const { name, reason } of skipped) toasts.warn(t('import.skipped', { name, reason }));
    onDone();
  });
  const lacking = incomplete(preview.items, names, values);
  return (
    <div className="form">
      <p>{t('import.found', { count: preview.items.length, format: preview.format })}</p>
      {preview.items.length === 0 && <Note tone="warn">{t('import.nothing')}</Note>}
      <ul className={styles['items']}>
        {possible.map((item) => (
          <Item
            key={item.name}
            item={item}
            chosen={names.includes(item.name)}
            onChoose={(on) =>
              setNames(on ? [...names, item.name] : names.filter((name) => name !== item.name))
            }
            values={values[item.name] ?? {}}
            onValues={(own) => setValues({ ...values, [item.name]: own })}
          />
        ))}
      </ul>
      {left.length > 0 && <Left items={left} />}
      <div aria-live="polite">{take.pending && <ProgressBar label={t('import.running')} />}</div>
      <FaultNote fault={take.fault} />
      <div className="form-actions">
        <Button onPress={take.pending ? take.cancel : onBack}>
          {take.pending ? t('common:stop') : t('common:back')}
        </Button>
        <Button
          look="primary"
          command={take}
          isDisabled={names.length === 0 || lacking.length > 0}
          onPress={() => void take.run()}
        >
          {t('import.confirm', { count: names.length })}
        </Button>
      </div>
    </div>
  );
}

interface ItemProps {
  item: ImportItem;
  chosen: boolean;
  onChoose(on: boolean): void;
  values: Readonly<Record<string, string>>;
  onValues(values: Record<string, string>): void;
}

function Item({ item: { config, missing = [], name }, chosen, onChoose, onValues, values }: ItemProps) {
  const { t } = useTranslation('servers');
  const hidden = (config?.secrets.length ?? 0) - missing.length;
  return (
    <li>
      <Checkbox
        selected={chosen}
        onChange={onChoose}
        description={
          <>
            <code dir="ltr">{config && sourceText(config)}</code>
            {hidden > 0 && <> · {t('import.secrets', { count: hidden })}</>}
          </>
        }
      >
        <bdi>{name}</bdi>
      </Checkbox>
      {chosen && missing.length > 0 && (
        <div className={styles['missing']}>
          <p>{t('import.missing')}</p>
          {missing.map((secret) => (
            <TextField
              key={secret}
              label={<code dir="ltr">{secret}</code>}
              type="password"
              value={values[secret] ?? ''}
              onChange={(value) => onValues({ ...values, [secret]: value })}
              code
              required
            />
          ))}
        </div>
      )}
    </li>
  );
}

function Left({ items }: { items: readonly ImportItem[] }) {
  const { t } = useTranslation('servers');
  return (
    <Stack>
      <h3>{t('import.left', { count: items.length })}</h3>
      <ul className={styles['items']}>
        {items.map(({ name, problem }, index) => (
          <li key={index}>
            <bdi>{name}</bdi>
            <div className={styles['left']}>
              <bdi>{problem}</bdi>
            </div>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
