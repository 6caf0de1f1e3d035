import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { InvocationDetail } from '#shared/features/relay/contract.ts';
import { RELAY_ERRORS, type RelayErrorCode } from '#shared/features/relay/errors.ts';
import { failingHop } from '#shared/features/relay/hops.ts';
import { useFaultText } from '../../../platform/faults.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CodeBlock } from '../../../ui/copy.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Prose } from '../../../ui/prose.tsx';
import { AskButton, canAsk } from '../../asking/index.ts';
import styles from '../activity.module.css';
import { stemOf } from '../rules.ts';
import { OutcomeBadge } from './outcome-badge.tsx';
import { Replay } from './replay.tsx';
import { Waterfall } from './waterfall.tsx';

/** One call: what it was, where its time went, where it failed, what was said where that is kept. */
export function OpenedCall({ id }: { id: string }) {
  const { t } = useTranslation('activity');
  const { data: call, fault } = useQuery((node, signal) => node['invocations.get']({ id }, { signal }), [id]);
  if (!call) return fault ? <FaultNote fault={fault} /> : <Loading label={t('detail.reading')} />;
  return (
    <>
      <Failure call={call} />
      {call.hops ? <Waterfall call={call} hops={call.hops} /> : <p>{t('hops.none')}</p>}
      <CallFacts call={call} />
      <Payloads call={call} />
      <Replay call={call} />
    </>
  );
}

/** Where it failed and what can be done, before anything else. */
function Failure({ call }: { call: InvocationDetail }) {
  const { t } = useTranslation('activity');
  const words = useFaultText();
  if (call.outcome === 'ok') return null;
  const hop = failingHop(call);
  const row = isRelayError(call.code) ? RELAY_ERRORS[call.code] : undefined;
  const known = row && words({ code: call.code ?? '', ...row });
  return (
    <Note tone="warn">
      <p className={styles['strong']}>{t('failedAt', { hop: t(`hop.${hop}`) })}</p>
      <p>{known ? <Prose>{`${known.message} ${known.advice}`}</Prose> : t(`advice.${hop}`)}</p>
      {call.code && <code dir="ltr">{call.code}</code>}
      <AskFor call={call} />
    </Note>
  );
}

/** A provider who refused a call of this node can be asked. */
function AskFor({ call: { code, direction, providerId, server, tool } }: { call: InvocationDetail }) {
  if (direction !== 'outgoing' || providerId === undefined || !canAsk(code)) return null;
  return (
    <Inline>
      <AskButton provider={providerId} server={server} tool={tool} />
    </Inline>
  );
}

const isRelayError = (code: string | undefined): code is RelayErrorCode =>
  code !== undefined && Object.hasOwn(RELAY_ERRORS, code);

function CallFacts({ call }: { call: InvocationDetail }) {
  const { t } = useTranslation('activity');
  const format = useFormats();
  const tool = <bdi>{call.tool ?? call.method}</bdi>;
  return (
    <Facts
      items={[
        { label: t('column.outcome'), value: <OutcomeBadge outcome={call.outcome} /> },
        {
          label: t('fact.tool'),
          value: call.toolId ? (
            <Link href={`/catalog/${encodeURIComponent(stemOf(call.toolId))}`}>{tool}</Link>
          ) : (
            tool
          ),
        },
        { label: t('fact.server'), value: <bdi>{call.server}</bdi> },
        call.client !== undefined && { label: t('fact.client'), value: <bdi>{call.client}</bdi> },
        call.providerId !== undefined && {
          label: t('fact.provider'),
          value: <code dir="ltr">{call.providerId}</code>,
        },
        { label: t('column.way'), value: t(`direction.${call.direction}`) },
        (call.direction !== 'local' || call.sealed) && {
          label: t('fact.seal'),
          value: call.sealed ? (
            <Badge tone="ok" icon={Lock} plain>
              {t('seal.sealed')}
            </Badge>
          ) : (
            t('seal.open')
          ),
        },
        call.fresh === true && { label: t('fact.identity'), value: t('fresh') },
        call.redacted !== undefined && {
          label: t('fact.redacted'),
          value: t('redacted', { count: call.redacted }),
        },
        { label: t('fact.started'), value: format.dateTime(call.startedAt) },
        { label: t('column.took'), value: format.duration(Math.round(call.durationMs)) },
        {
          label: t('column.size'),
          value: t('fact.sizes', {
            request: format.bytes(call.requestBytes),
            response: format.bytes(call.responseBytes),
          }),
        },
      ]}
    />
  );
}

/** What was said is not kept unless the operator wants it; who looks for it is told so. */
function Payloads({ call }: { call: InvocationDetail }) {
  const { t } = useTranslation('activity');
  if (call.request === undefined && call.response === undefined)
    return (
      <Note>
        {t('payload.off')} <Link href="/settings/privacy">{t('payload.setting')}</Link>
      </Note>
    );
  return (
    <>
      {call.request !== undefined && <CodeBlock label={t('payload.request')} text={readable(call.request)} />}
      {call.response !== undefined && (
        <CodeBlock label={t('payload.response')} text={readable(call.response)} />
      )}
    </>
  );
}

/** Indented where it is whole. */
function readable(text: string): string {
  return text.endsWith('…') ? text : JSON.stringify(JSON.parse(text), null, 2);
}
