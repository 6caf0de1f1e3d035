import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import type { Variable } from '../draft.ts';
import styles from './variable-rows.module.css';

export interface VariableRowsProps {
  words: 'env' | 'headers';
  items: readonly Variable[];
  onChange(items: Variable[]): void;
}

/** Names and values; a secret one is typed like a password. */
export function VariableRows({ words, items, onChange }: VariableRowsProps) {
  const { t } = useTranslation('servers');
  const change = (index: number, part: Partial<Variable>) =>
    onChange(items.map((item, at) => (at === index ? { ...item, ...part } : item)));
  return (
    <fieldset className={styles['rows']}>
      <legend>{t(`variables.${words}.title`)}</legend>
      <p className={styles['help']}>{t(`variables.${words}.help`)}</p>
      {items.map((item, index) => (
        <div key={index} className={styles['row']}>
          <TextField
            label={t('variable.name')}
            value={item.name}
            onChange={(name) => change(index, { name })}
            disabled={item.kept ?? false}
            code
          />
          <TextField
            label={t('variable.value')}
            type={item.secret ? 'password' : 'text'}
            value={item.value}
            onChange={(value) => change(index, { value })}
            {...(item.kept ? { placeholder: t('variable.kept') } : {})}
            code
          />
          <Checkbox
            selected={item.secret}
            disabled={item.kept ?? false}
            onChange={(secret) => change(index, { secret })}
          >
            {t('variable.secret')}
          </Checkbox>
          <IconButton
            icon={Trash2}
            label={t('variable.remove', { name: item.name || String(index + 1) })}
            onPress={() => onChange(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={Plus}
          onPress={() => onChange([...items, { name: '', value: '', secret: false }])}
        >
          {t(`variables.${words}.add`)}
        </Button>
      </div>
    </fieldset>
  );
}
