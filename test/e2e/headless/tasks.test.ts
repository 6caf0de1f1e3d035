import type { TaskView } from '#shared/features/node/tasks.ts';
import { expect, test, visit } from './dashboard.ts';

const backup = (part: Partial<TaskView> = {}): TaskView => ({
  id: 'backup',
  kind: 'recovery.backup',
  subject: 'studio.backup',
  state: 'active',
  startedAt: Date.now(),
  done: 25_000_000,
  total: 100_000_000,
  unit: 'bytes',
  cancellable: true,
  ...part,
});

test('what takes long is seen on every page, moves, and can be called off', async ({
  home: page,
  dashboard,
}) => {
  const { node } = dashboard;
  const tray = page.getByRole('region', { name: 'Tasks' });
  await expect(tray).toHaveCount(0);
  const show = (task: TaskView) => {
    node.world.tasks = [task];
    node.changed();
  };
  show(backup());
  await expect(tray.getByText('1 task under way')).toBeVisible();
  await expect(tray.getByRole('status')).toHaveText('Backup: studio.backup: started');
  await visit(page, '/servers');
  await tray.getByRole('button', { name: 'Show all tasks' }).click();
  const bar = tray.getByRole('progressbar', { name: 'Backup: studio.backup' });
  await expect(bar).toHaveAttribute('aria-valuetext', /25 MB of 100 MB/);
  show(backup({ done: 50_000_000 }));
  await expect(bar).toHaveAttribute('aria-valuenow', '50');
  show(backup({ done: 50_000_000, state: 'stalled' }));
  await expect(tray.getByText('Stalled')).toBeVisible();
  await tray.getByRole('button', { name: 'Cancel: Backup: studio.backup' }).click();
  await expect(tray.getByText('Cancelled')).toBeVisible();
  await tray.getByRole('button', { name: 'Clear what has ended' }).click();
  await expect(tray).toHaveCount(0);
});

test('a task that failed says why, until it is cleared', async ({ home: page, dashboard }) => {
  dashboard.node.world.tasks = [
    backup({
      state: 'failed',
      endedAt: Date.now(),
      cancellable: false,
      fault: { code: 'storage.full', message: 'The disk is full.', advice: 'Free some space.' },
    }),
  ];
  dashboard.node.changed();
  const tray = page.getByRole('region', { name: 'Tasks' });
  await expect(tray.getByText('1 failed')).toBeVisible();
  await tray.getByRole('button', { name: 'Show all tasks' }).click();
  await expect(tray.getByText('The disk is full.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tray.getByRole('button', { name: 'Show all tasks' })).toBeFocused();
  await tray.getByRole('button', { name: 'Show all tasks' }).click();
  await tray.getByRole('button', { name: 'Clear: Backup: studio.backup' }).click();
  await expect(tray).toHaveCount(0);
});
