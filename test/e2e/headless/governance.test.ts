/** Changes of the protocol: what is proposed, what one says to it, and the operator's last word. */
import { busyWorld, emptyWorld, type World } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

const main = '/network/protocol';

/** One change is decided and takes effect by itself in three days; a stranger's has found its first supporter. */
function lockedWorld(now: number): World {
  const world = busyWorld(now);
  world.settings.values.set('governance.automatic', true);
  const [open, , strange] = world.governance.proposals;
  if (open) Object.assign(open, { state: 'locked', lockedAt: now, activatesAt: now + 3 * 86_400_000 });
  if (strange) strange.cast = { ...strange.cast, yes: 1000, yesCount: 1 };
  return world;
}

test('shows how proposals stand, and opens one with its numbers', async ({ home: page }) => {
  await visit(page, main);
  const rows = page.getByRole('list', { name: 'Proposals' }).getByRole('listitem');
  await expect(rows).toHaveCount(3);
  // What waits for the operator comes first.
  await expect(rows.first()).toContainText('compact-heads/1');
  await expect(rows.first()).toContainText('Waits for you');
  await page.getByRole('button', { name: 'Look at tree-sync/1' }).click();
  const detail = page.getByRole('region', { name: 'tree-sync/1' });
  await expect(detail).toContainText('80% of those who take sides agree; 67% are needed');
  await expect(detail).toContainText('Support went from 0 to 4');
  await expect(detail.locator('canvas')).toBeVisible();
});

test('says yes, takes it back, and abstains', async ({ home: page }) => {
  await visit(page, `${main}/${'c'.repeat(64)}`);
  await expect(page.getByText('You do not know the provider who proposes this.')).toBeVisible();
  await expect(page.getByText('The proposer’s own words are on their way.')).toBeVisible();
  const vote = page.getByRole('region', { name: 'Your vote' });
  await vote.getByRole('button', { name: 'Support' }).click();
  await expect(vote).toContainText('You support it.');
  await vote.getByRole('button', { name: 'Support' }).click();
  await expect(vote).toContainText('You have not said anything.');
  await vote.getByRole('button', { name: 'Abstain' }).click();
  await expect(vote).toContainText('You leave it to the others.');
});

test('vetoes a feature after a question, and takes the veto back', async ({ home: page }) => {
  await visit(page, `${main}/${'b'.repeat(64)}`);
  const here = page.getByRole('region', { name: 'On this node' });
  await here.getByRole('button', { name: 'Never use it' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Peers talk with this node as if it did not know the feature');
  await question.getByRole('button', { name: 'Never use it' }).click();
  await expect(page.getByText('You never use this feature here, whatever is decided.')).toBeVisible();
  await here.getByRole('button', { name: 'Leave it to the decision' }).click();
  await expect(page.getByText('It was due on')).toBeVisible();
  await here.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Use it' }).click();
  await expect(page.getByText('You use this feature here, whatever is decided')).toBeVisible();
});

test('proposes, erases its words and withdraws', async ({ home: page }) => {
  await visit(page, main);
  await page.getByRole('button', { name: 'Propose…' }).click();
  const form = page.getByRole('dialog');
  const send = form.getByRole('button', { name: 'Propose', exact: true });
  await form.getByLabel('Feature').first().fill('quiet-pings/1');
  await expect(send).toBeDisabled();
  await form.getByLabel('SHA-256 of the specification').fill('1d'.repeat(32));
  await form.getByLabel('Why').fill('Pings cost batteries.');
  await send.click();
  await expect(page.getByRole('region', { name: 'quiet-pings/1' })).toContainText('Pings cost batteries.');
  await page.getByRole('button', { name: 'Erase my words' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Erase', exact: true }).click();
  await expect(page.getByText('Pings cost batteries.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('quiet-pings/1')).toHaveCount(0);
});

test('vetoes what this node always did', async ({ home: page }) => {
  await visit(page, main);
  const row = page.getByRole('listitem').filter({ hasText: 'reconcile/1' });
  await expect(row).toContainText('used with 2 peers');
  await row.getByRole('button', { name: 'Never use it' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Never use it' }).click();
  await expect(row).toContainText('Vetoed by you');
});

test('what is due stands on Home until it is decided', async ({ home: page }) => {
  await visit(page, '/');
  const matter = page
    .getByRole('region', { name: 'Needs your attention' })
    .getByRole('listitem')
    .filter({ hasText: 'compact-heads/1' });
  await expect(matter).toContainText('was adopted. This node uses it once you switch it on.');
  await matter.getByRole('link', { name: 'Decide' }).click();
  const here = page.getByRole('region', { name: 'On this node' });
  await here.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Use it' }).click();
  await visit(page, '/');
  await expect(page.getByRole('region', { name: 'Needs your attention' })).toBeVisible();
  await expect(matter).toHaveCount(0);
});

test.describe('a change that takes effect by itself', () => {
  test.use({ begin: { world: lockedWorld } });
  test('is told with its time, can be vetoed, and a vote is asked for', async ({ home: page }) => {
    await visit(page, '/');
    const matters = page.getByRole('region', { name: 'Needs your attention' }).getByRole('listitem');
    // So much waits in this world that not all of it is shown at first.
    await page.getByRole('button', { name: /^Show \d+ more$/ }).click();
    await expect(matters.filter({ hasText: 'rpc/2' })).toContainText('waits for your vote');
    const due = matters.filter({ hasText: 'tree-sync/1' });
    await expect(due).toContainText('unless you veto it');
    await due.getByRole('link', { name: 'Decide' }).click();
    await page.getByRole('button', { name: 'Never use it' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Never use it' }).click();
    await visit(page, '/');
    await expect(matters.filter({ hasText: 'rpc/2' })).toHaveCount(1);
    await expect(due).toHaveCount(0);
  });
});

test.describe('nothing proposed', () => {
  test.use({ begin: { world: emptyWorld } });
  test('explains what would come here', async ({ home: page }) => {
    await visit(page, main);
    await expect(page.getByText('Nobody proposes a change')).toBeVisible();
    await expect(page.getByText('1 established provider decides')).toBeVisible();
  });
});
