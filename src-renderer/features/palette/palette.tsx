import { CornerDownLeft, Search, Server, User, Wrench } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { usePeers } from '../peers/index.ts';
import { useServers } from '../servers/index.ts';
import styles from './palette.module.css';
import { best } from './rules.ts';
import { useFoundTools } from './use-found-tools.ts';

export interface PaletteItem {
  id: string;
  title: string;
  keywords?: string;
  icon: LucideIcon;
  /** Caps of the keys that do the same. */
  keys?: readonly string[];
  run(): void;
}

export interface PaletteProps {
  onClose(): void;
  pages: readonly PaletteItem[];
  actions: readonly PaletteItem[];
}

type Section = 'pages' | 'actions' | 'servers' | 'tools' | 'peers';
/** Of each kind, while something is typed; before that, a few servers and no tools. */
const MOST: Record<Section, number> = { pages: 8, actions: 8, servers: 6, tools: 8, peers: 6 };

export function Palette({ onClose, pages, actions }: PaletteProps) {
  const { t } = useTranslation('palette');
  const [typed, setTyped] = useState('');
  const found = useFound({ pages, actions }, typed);
  /** At once: a search box of its own would only be emptied by the first press. */
  const closeOnEscape = (event: { key: string; stopPropagation(): void }) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  const run = (key: unknown) => {
    const item = found.flatMap(({ items }) => items).find(({ id }) => id === key);
    onClose();
    item?.run();
  };
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={styles['modal'] ?? ''}>
        <Dialog className={styles['dialog'] ?? ''} aria-label={t('title')}>
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField className={styles['search'] ?? ''} aria-label={t('title')} autoFocus>
              <Search aria-hidden size="1.125rem" />
              <Input
                className={styles['input'] ?? ''}
                placeholder={t('placeholder')}
                onKeyDownCapture={closeOnEscape}
              />
            </SearchField>
            {/* The marked item has no focus of its own, so what scrolls can be reached itself. */}
            <div className={styles['scroll']} role="group" aria-label={t('found')} tabIndex={0}>
              <Menu
                className={styles['menu'] ?? ''}
                aria-label={t('found')}
                onAction={run}
                renderEmptyState={() => <p className={styles['empty']}>{t('nothing')}</p>}
              >
                {found.map(({ section, items }) => (
                  <MenuSection key={section} id={section}>
                    <Header className={styles['heading'] ?? ''}>{t(`section.${section}`)}</Header>
                    {items.map((item) => (
                      <Row key={item.id} item={item} />
                    ))}
                  </MenuSection>
                ))}
              </Menu>
            </div>
          </Autocomplete>
          <p className={styles['help']}>
            <CornerDownLeft aria-hidden size="0.875rem" />
            {t('help')}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Row({ item }: { item: PaletteItem }) {
  const Icon = item.icon;
  return (
    <MenuItem id={item.id} textValue={item.title} className={styles['item'] ?? ''}>
      <Icon aria-hidden size="1rem" />
      <span dir="auto" className={styles['label']}>
        {item.title}
      </span>
      {item.keys && (
        <span className={styles['keys']} dir="ltr">
          {item.keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      )}
    </MenuItem>
  );
}

interface Found {
  section: Section;
  items: PaletteItem[];
}

/** What fits what is typed, by kind; kinds without any are left out. */
function useFound({ pages, actions }: Pick<PaletteProps, 'pages' | 'actions'>, typed: string): Found[] {
  const { t } = useTranslation('palette');
  const [, go] = useLocation();
  const servers = useServers((state) => state.items) ?? [];
  const peers = usePeers() ?? [];
  const tools = useFoundTools(typed);
  const all: Record<Section, readonly PaletteItem[]> = {
    pages,
    actions,
    servers: servers.map(({ name, description }) => ({
      id: `server ${name}`,
      title: name,
      ...(description ? { keywords: description } : {}),
      icon: Server,
      run: () => go(`/servers/${name}`),
    })),
    tools: tools.map((tool) => ({
      id: `tool ${tool.id}`,
      title: t('tool', { tool: tool.title ?? tool.name, server: tool.server }),
      keywords: `${tool.name} ${tool.description ?? ''}`,
      icon: Wrench,
      run: () => go(`/catalog/${encodeURIComponent(tool.id)}`),
    })),
    peers: peers.map((peer) => ({
      id: `peer ${peer.peerId}`,
      title: peer.displayName || peer.peerId,
      keywords: `${peer.providerId ?? ''} ${peer.peerId}`,
      icon: User,
      run: () => go('/network'),
    })),
  };
  const kinds: Section[] =
    typed.trim() === '' ? ['pages', 'actions', 'servers'] : ['pages', 'actions', 'servers', 'tools', 'peers'];
  const groups = kinds.map((id) => ({ id, items: all[id], most: MOST[id], given: id === 'tools' }));
  return best<PaletteItem, (typeof groups)[number]>(groups, typed).map(({ group, items }) => ({
    section: group.id,
    items,
  }));
}
