import { useTranslation } from 'react-i18next';
import type { CheckReport, Finding } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Facts } from '../../../ui/page.tsx';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { Touches } from './touches.tsx';

const tones: Record<Finding['level'], Tone> = { error: 'bad', warning: 'warn', note: 'info' };
const levels = Object.keys(tones) as Array<Finding['level']>;

/** What was found out about a package before it is published. */
export function CheckResult({ report }: { report: CheckReport }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { files, findings, memoryBytes, name, sandboxed, size, startMs, tools, version } = report;
  const sorted = findings.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  return (
    <>
      <Facts
        items={[
          { label: t('check.package'), value: <bdi>{`${name} ${version}`}</bdi> },
          { label: t('check.size'), value: t('check.files', { count: files, size: format.bytes(size) }) },
          startMs !== undefined && { label: t('check.start'), value: format.duration(startMs) },
          memoryBytes !== undefined && { label: t('check.memory'), value: format.bytes(memoryBytes) },
          // What never ran was not confined either.
          startMs !== undefined && {
            label: t('check.confined'),
            value: sandboxed ? t('check.sandboxed') : t('check.notSandboxed'),
          },
        ]}
      />
      {sorted.length === 0 ? (
        <p>{startMs === undefined ? t('check.untried') : <Badge tone="ok">{t('check.nothing')}</Badge>}</p>
      ) : (
        <List label={t('check.findings')}>
          {sorted.map((finding) => (
            <ListRow
              key={`${finding.code} ${finding.subject ?? ''} ${finding.message}`}
              title={<span dir="auto">{visible(finding.message)}</span>}
              sub={finding.subject && <code dir="ltr">{visible(finding.subject)}</code>}
              states={<Badge tone={tones[finding.level]}>{t(`check.level.${finding.level}`)}</Badge>}
            />
          ))}
        </List>
      )}
      {tools.length > 0 && (
        <details>
          <summary>{t('check.tools', { count: tools.length })}</summary>
          <ul className={styles['disclosed']}>
            {tools.map((tool) => (
              <li key={tool.name}>
                <code dir="ltr">{visible(tool.name)}</code>{' '}
                <span dir="auto">{visible(tool.description)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>{t('touch.title')}</summary>
        <div className={styles['disclosed']}>
          <Touches permissions={report.permissions} settings={report.settings} />
        </div>
      </details>
    </>
  );
}
