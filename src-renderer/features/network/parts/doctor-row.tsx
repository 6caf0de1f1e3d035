import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { DoctorFix, DoctorResult, DoctorState } from '#shared/features/p2p/doctor.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { isMendable } from '../rules.ts';
import styles from './doctor.module.css';

export const tones: Record<DoctorState | 'waiting', Tone> = {
  running: 'busy',
  ok: 'ok',
  warn: 'warn',
  failed: 'bad',
  skipped: 'off',
  waiting: 'idle',
};

/** One check: what it is, what was found, and what to do about it. */
export function DoctorRow({ result, onAgain }: { result: DoctorResult; onAgain(): void }) {
  const { t } = useTranslation('network');
  const facts = useFacts(result);
  const { check, code, fix, state } = result;
  return (
    <li className={styles['check']}>
      <div className={styles['what']}>
        <strong>{t(`doctor.check.${check}`)}</strong>
        <Badge plain tone={tones[state]}>
          {t(`doctor.state.${state}`)}
        </Badge>
      </div>
      <div className={styles['found']}>
        <p>{t(`doctor.found.${code}`, facts)}</p>
        {isMendable(code) && <p className={styles['fix']}>{t(`doctor.fix.${code}`, facts)}</p>}
        {fix && <FixButton fix={fix} onAgain={onAgain} />}
      </div>
    </li>
  );
}

/** Numbers as they are, for plurals and formats; the rest in words. Addresses keep their own direction. */
function useFacts({ code, facts }: DoctorResult): Record<string, string | number> & { count: number } {
  const format = useFormats();
  const number = (name: string) => Number(facts[name] ?? 0);
  const total = code.startsWith('paths.')
    ? number('lan') + number('direct') + number('relayed')
    : number('count');
  const isolated = (name: string) =>
    facts[name] === undefined ? {} : { [name]: `\u2066${facts[name]}\u2069` };
  return {
    ...facts,
    ...isolated('address'),
    ...isolated('name'),
    count: number('count'),
    total,
    bytes: format.bytes(number('bytes')),
    time: format.duration(number('ms')),
    port: String(facts['port'] ?? ''),
  };
}

/** What one press can do; the rest is in the words. */
function FixButton({ fix, onAgain }: { fix: DoctorFix; onAgain(): void }) {
  const { t } = useTranslation('network');
  const [, go] = useLocation();
  const node = useNode();
  const toasts = useToasts();
  const mdns = useCommand(async (signal) => {
    await node['settings.set']({ key: 'p2p.mdns', value: true }, { signal });
    toasts.say(t('doctor.mdnsOn'));
  });
  const resume = useCommand((signal) => node['node.resumeSharing']({}, { signal }));
  const does: Record<DoctorFix, () => void> = {
    join: () => go('/network/join'),
    invite: () => go('/network/invite'),
    redial: onAgain,
    mdns: () => void mdns.run(),
    resume: () => void resume.run(),
    listen: () => go('/settings'),
    dataFolder: () => go('/settings'),
  };
  return (
    <>
      <div>
        <Button size="small" isPending={mdns.pending || resume.pending} onPress={does[fix]}>
          {t(`doctor.button.${fix}`)}
        </Button>
      </div>
      <FaultNote fault={mdns.fault ?? resume.fault} />
    </>
  );
}
