import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tool } from '#shared/features/registry/tool.ts';
import { CodeBlock } from '../../../ui/copy.tsx';
import { Switch } from '../../../ui/fields.tsx';
import { Stack } from '../../../ui/page.tsx';
import { type SchemaLine, schemaLines } from '../rules.ts';
import styles from './schema-view.module.css';

/** What the tool takes and gives, to read as a list or as it is written. */
export function SchemaView({ tool }: { tool: Tool }) {
  const { t } = useTranslation('catalog');
  const [raw, setRaw] = useState(false);
  return (
    <Stack>
      <Switch selected={raw} onChange={setRaw}>
        {t('schema.raw')}
      </Switch>
      <Schema label={t('inputSchema')} schema={tool.inputSchema} raw={raw} none={t('schema.noArguments')} />
      {tool.outputSchema && (
        <Schema label={t('outputSchema')} schema={tool.outputSchema} raw={raw} none={t('schema.noFields')} />
      )}
    </Stack>
  );
}

function Schema({
  label,
  schema,
  raw,
  none,
}: {
  label: string;
  schema: unknown;
  raw: boolean;
  none: string;
}) {
  if (raw) return <CodeBlock label={label} text={JSON.stringify(schema, null, 2)} />;
  const lines = schemaLines(schema);
  return (
    <section className={styles['schema']} aria-label={label}>
      <h3>{label}</h3>
      {lines.length === 0 ? <p className={styles['soft']}>{none}</p> : <Lines lines={lines} />}
    </section>
  );
}

function Lines({ lines }: { lines: readonly SchemaLine[] }) {
  const { t } = useTranslation('catalog');
  return (
    <ul className={styles['lines']}>
      {lines.map(({ children, description, name, required, type }) => (
        <li key={name}>
          <div className={styles['head']}>
            <code dir="ltr" className={styles['field']}>
              {name}
            </code>
            <code dir="ltr" className={styles['type']}>
              {type || t('schema.anything')}
            </code>
            {required && <span className={styles['required']}>{t('schema.required')}</span>}
          </div>
          {description && (
            <p dir="auto" className={styles['soft']}>
              {description}
            </p>
          )}
          {children.length > 0 && <Lines lines={children} />}
        </li>
      ))}
    </ul>
  );
}
