/** Shows what a tool answered. Everything in it is a stranger's: text stays text, links are only shown as such when they are http. */
import { CircleCheck, FileText, Link as LinkIcon, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from './copy.tsx';
import { JsonTree } from './json-tree.tsx';
import styles from './tool-result.module.css';

type Json = Record<string, unknown>;

const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml']);
const AUDIO = new Set([
  'audio/wav',
  'audio/mpeg',
  'audio/mp3',
  'audio/ogg',
  'audio/webm',
  'audio/flac',
  'audio/aac',
]);
/** More content than this in one answer is counted, not drawn. */
const MOST_PARTS = 100;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function ToolResult({ result }: { result: Json }) {
  const { t } = useTranslation('form');
  const content = Array.isArray(result['content']) ? result['content'].filter(isJson) : [];
  const failed = result['isError'] === true;
  const structured = result['structuredContent'];
  return (
    <div className={styles['result']}>
      <p className={failed ? styles['failed'] : styles['fine']}>
        {failed ? <TriangleAlert aria-hidden size="1.125rem" /> : <CircleCheck aria-hidden size="1.125rem" />}
        {failed ? t('result.toolError') : t('result.ok')}
      </p>
      {content.slice(0, MOST_PARTS).map((part, index) => (
        <Part key={index} part={part} />
      ))}
      {content.length > MOST_PARTS && <p>{t('result.more', { count: content.length - MOST_PARTS })}</p>}
      {structured !== undefined && (
        <section>
          <h4>{t('result.structured')}</h4>
          <JsonTree value={structured} label={t('result.structured')} />
        </section>
      )}
      {content.length === 0 && structured === undefined && (
        <JsonTree value={result} label={t('result.raw')} />
      )}
    </div>
  );
}

function Part({ part }: { part: Json }) {
  const { t } = useTranslation('form');
  const mimeType = text(part['mimeType']);
  const source = `data:${mimeType};base64,${text(part['data'])}`;
  switch (part['type']) {
    case 'text':
      return (
        <div className={styles['text']} dir="auto" tabIndex={0} role="group" aria-label={t('result.text')}>
          {text(part['text'])}
        </div>
      );
    case 'image':
      if (IMAGES.has(mimeType))
        return <img className={styles['image']} src={source} alt={t('result.image')} />;
      break;
    case 'audio':
      if (AUDIO.has(mimeType)) return <audio controls src={source} aria-label={t('result.audio')} />;
      break;
    case 'resource_link':
      return <ResourceLink link={part} />;
    case 'resource':
      if (isJson(part['resource'])) return <Resource resource={part['resource']} />;
      break;
  }
  return <JsonTree value={part} label={t('result.unknown')} />;
}

function ResourceLink({ link }: { link: Json }) {
  const uri = text(link['uri']);
  const name = text(link['title']) || text(link['name']) || uri;
  return (
    <p className={styles['link']}>
      <LinkIcon aria-hidden size="1rem" />
      {/^https?:/.test(uri) ? (
        <a href={uri} target="_blank" rel="noopener noreferrer">
          {name}
        </a>
      ) : (
        <span>{name}</span>
      )}
      <code dir="ltr">{uri}</code>
      {text(link['description']) && <span className={styles['soft']}>{text(link['description'])}</span>}
    </p>
  );
}

function Resource({ resource }: { resource: Json }) {
  const { t } = useTranslation('form');
  const uri = text(resource['uri']);
  if (typeof resource['text'] === 'string') return <CodeBlock label={uri} text={resource['text']} />;
  return (
    <p className={styles['link']}>
      <FileText aria-hidden size="1rem" />
      <span>{t('result.binary', { type: text(resource['mimeType']) || '?' })}</span>
      <code dir="ltr">{uri}</code>
    </p>
  );
}
