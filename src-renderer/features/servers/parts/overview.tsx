import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Tag } from '../../../ui/badge.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { addressOfPackage, nameOfPackage } from '../package-of.ts';
import { useServerUsage } from './use-usage.ts';

/** What a server is, in facts. */
export function Overview({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  const { transport, serverInfo, secrets, env, tags } = server;
  const usage = useServerUsage(server.name, server.pid !== undefined);
  const envNames = Object.keys(env);
  return (
    <Stack>
      {server.problem && <FaultNote fault={{ ...server.problem, retryable: true }} />}
      {server.title && (
        <p>
          <strong dir="auto">{server.title}</strong>
        </p>
      )}
      {server.description && <p dir="auto">{server.description}</p>}
      <Facts
        items={[
          transport.type === 'stdio'
            ? {
                label: t('facts.command'),
                value: <code dir="ltr">{[transport.command, ...transport.args].join(' ')}</code>,
              }
            : transport.type === 'http'
              ? { label: t('facts.url'), value: <code dir="ltr">{transport.url}</code> }
              : {
                  label: t('facts.package'),
                  value: (
                    <Link href={addressOfPackage(transport.package)}>{nameOfPackage(transport.package)}</Link>
                  ),
                },
          transport.type === 'stdio' &&
            transport.cwd !== undefined && {
              label: t('facts.cwd'),
              value: <code dir="ltr">{transport.cwd}</code>,
            },
          serverInfo && {
            label: t('facts.says'),
            value: <bdi>{`${serverInfo.title ?? serverInfo.name} ${serverInfo.version}`}</bdi>,
          },
          { label: t('facts.offers'), value: <Offers server={server} /> },
          server.protocolVersion !== undefined && {
            label: t('facts.protocol'),
            value: <code dir="ltr">{server.protocolVersion}</code>,
          },
          envNames.length > 0 && {
            label: t('facts.env'),
            value: <code dir="ltr">{envNames.join(', ')}</code>,
          },
          secrets.length > 0 && {
            label: t('facts.secrets'),
            value: (
              <>
                <code dir="ltr">{secrets.join(', ')}</code> · {t('facts.secretsSet')}
              </>
            ),
          },
          server.startedAt !== undefined && {
            label: t('facts.started'),
            value: format.dateTime(server.startedAt),
          },
          server.restarts > 0 && { label: t('facts.restarts'), value: format.number(server.restarts) },
          server.pid !== undefined && { label: t('facts.pid'), value: <code dir="ltr">{server.pid}</code> },
          usage !== undefined && {
            label: t('facts.memory'),
            value: format.bytes(usage.memoryBytes),
          },
          usage?.cpuPercent !== undefined && {
            label: t('facts.cpu'),
            value: t('facts.cpuShare', { share: format.percent(usage.cpuPercent / 100) }),
          },
          tags.length > 0 && {
            label: t('facts.tags'),
            value: (
              <Inline>
                {tags.map((tag) => (
                  <Tag key={tag}>{tag}</Tag>
                ))}
              </Inline>
            ),
          },
        ]}
      />
    </Stack>
  );
}

function Offers({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers');
  const format = useFormats();
  const parts = [t('tools', { count: server.toolCount })];
  if (server.promptCount > 0) parts.push(t('prompts', { count: server.promptCount }));
  if (server.resourceCount > 0) parts.push(t('resources', { count: server.resourceCount }));
  return <>{format.list(parts)}</>;
}
