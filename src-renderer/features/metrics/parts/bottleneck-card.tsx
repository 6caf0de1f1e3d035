import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Bottleneck } from '#shared/features/metrics/bottleneck.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Card, Facts } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';

/** What limits calls now, what would help, and the numbers that say so. */
export function BottleneckCard() {
  const { t } = useTranslation('metrics');
  const { data, fault, loading, reload } = useQuery(
    (node, signal) => node['metrics.bottleneck']({}, { signal }),
    [],
  );
  return (
    <Card
      title={t('bottleneck.title')}
      lead={t('bottleneck.lead')}
      actions={
        <Button icon={RefreshCw} onPress={reload}>
          {t('bottleneck.again')}
        </Button>
      }
    >
      {fault && <FaultNote fault={fault} />}
      {data ? <Report report={data} /> : loading && <Loading label={t('reading')} />}
    </Card>
  );
}

const tones = { full: 'warn', slowest: 'info', none: 'ok' } as const;

function Report({ report }: { report: Bottleneck }) {
  const { t } = useTranslation('metrics');
  const format = useFormats();
  const { numbers, resource, share, state, subject, subjectName } = report;
  const { calls, cpuShare, loopDelayMs, loopShare, refused, sinceMs } = numbers;
  const others = refused.full + refused.late + refused.shed;
  return (
    <>
      <div role="status">
        <Badge tone={tones[state]}>{t(`bottleneck.state.${state}`)}</Badge>{' '}
        <strong>
          {t(`bottleneck.resource.${resource}`, {
            subject: subjectName ?? subject ?? t('bottleneck.several'),
          })}
        </strong>
        <p>{t(`bottleneck.help.${resource}`)}</p>
      </div>
      <Facts
        items={[
          state !== 'none' && { label: t('bottleneck.share'), value: format.percent(share) },
          {
            label: t('column.calls'),
            value: t('bottleneck.calls', { count: calls, time: format.duration(sinceMs) }),
          },
          {
            label: t('bottleneck.refused'),
            value: t('bottleneck.refusals', {
              rate: format.number(refused.rate),
              room: format.number(others),
            }),
          },
          { label: t('bottleneck.cpu'), value: format.percent(cpuShare) },
          {
            label: t('bottleneck.thread'),
            value: t('bottleneck.busy', {
              share: format.percent(loopShare),
              late: format.duration(loopDelayMs),
            }),
          },
        ]}
      />
    </>
  );
}
