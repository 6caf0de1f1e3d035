/** Every page and dialog, in every language and both themes: no violation that axe knows of, and a picture to look at. */
import type { Page } from '@playwright/test';
import { ANNA_FILES, ANNA_WEATHER, SPAM_FILES } from '#test/support/renderer/packages-world.ts';
import { busyWorld, severalNetworks, WORKSHOP } from '#test/support/renderer/world.ts';
import { settle, violations } from './axe.ts';
import { expect, test, visit } from './dashboard.ts';

/** A page may still be arriving when it is looked at first; what it stays with is what counts. */
const PATIENCE_MS = 10_000;

const tab = (page: Page, index: number) => page.getByRole('main').getByRole('tab').nth(index).click();
const press = (page: Page, selector: string) => page.locator(selector).first().click();

const welcomeStep = async (page: Page, number: number) => {
  await visit(page, '/welcome');
  await page
    .locator('ol li')
    .nth(number - 1)
    .getByRole('button')
    .click();
};

const packagePage = (...parts: string[]): string =>
  `/packages/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

/** Each view: where it is and what to do there. Buttons are found by place, since their words differ by language. */
const views: Record<string, (page: Page) => Promise<void>> = {
  home: (page) => visit(page, '/'),
  usage: async (page) => {
    await visit(page, '/usage');
    await expect(page.locator('canvas')).toBeVisible();
  },
  load: (page) => visit(page, '/usage/load'),
  'catalog-budget': async (page) => {
    await visit(page, '/catalog');
    await press(page, 'section:has(svg.lucide-gauge) button');
    await expect(page.getByRole('dialog').getByRole('radio').first()).toBeVisible();
  },
  'discover-network': async (page) => {
    await visit(page, '/discover/network');
    await page.getByRole('main').getByRole('searchbox').fill('weather forecast notes');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main').locator('svg.lucide-radio')).toBeVisible();
    await expect(page.getByRole('main').getByRole('row').nth(1)).toBeVisible();
  },
  network: async (page) => {
    await visit(page, '/network');
    await expect(page.locator('figure canvas').first()).toBeVisible();
  },
  'network-peer': (page) => visit(page, '/network/map/12D3KooWpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH'),
  'network-peers': (page) => visit(page, '/network/peers'),
  'network-nodes': (page) => visit(page, '/network/nodes'),
  'network-nodes-add': async (page) => {
    await visit(page, '/network/nodes/add');
    await page.locator('[role=dialog] button[type=submit]').click();
    await page.locator('[role=dialog] svg[role=img]').waitFor();
  },
  'network-nodes-join': (page) => visit(page, '/network/nodes/join'),
  'network-self': (page) => visit(page, '/network/self'),
  'network-doctor': async (page) => {
    await visit(page, '/network/doctor');
    await page.locator('button:has(svg.lucide-stethoscope)').click();
    await expect(page.locator('button:has(svg.lucide-stethoscope)')).toBeVisible({ timeout: 15_000 });
  },
  'network-invited': async (page) => {
    await visit(page, '/network/invite');
    await page.locator('[role=dialog] button[type=submit]').click();
    await expect(page.locator('[role=dialog] svg[role=img]')).toBeVisible();
  },
  'network-join': async (page) => {
    await visit(page, '/network/join');
    await page.locator('[role=dialog] textarea').fill(`toolswarm://join/${'private'.repeat(12)}`);
    await expect(page.locator('[role=dialog] dl')).toBeVisible();
  },
  protocol: (page) => visit(page, '/network/protocol'),
  'protocol-proposal': async (page) => {
    await visit(page, `/network/protocol/${'a'.repeat(64)}`);
    await expect(page.locator('section[aria-labelledby=split-title] canvas')).toBeVisible();
  },
  propose: async (page) => {
    await visit(page, '/network/protocol');
    await press(page, 'button:has(svg.lucide-megaphone)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  clients: async (page) => {
    await visit(page, '/clients');
    // The first client is connected: its chain is tested.
    await page
      .getByRole('button')
      .filter({ has: page.locator('svg.lucide-plug-zap') })
      .first()
      .click();
    await expect(page.locator('[data-state="ok"]')).toHaveCount(5);
  },
  'client connect': async (page) => {
    await visit(page, '/clients');
    await page
      .getByRole('button')
      .filter({ has: page.locator('svg.lucide-plug') })
      .first()
      .click();
    await expect(page.getByRole('dialog').getByRole('list')).toBeVisible();
  },
  'client token': async (page) => {
    await visit(page, '/clients');
    await page
      .getByRole('button')
      .filter({ has: page.locator('svg.lucide-key-round') })
      .first()
      .click();
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeVisible();
  },
  'client by hand': async (page) => {
    await visit(page, '/clients');
    await page
      .getByRole('button')
      .filter({ has: page.locator('svg.lucide-clipboard-list') })
      .first()
      .click();
    await expect(page.getByRole('dialog').getByRole('figure')).toBeVisible();
  },
  profile: async (page) => {
    await visit(page, '/clients');
    await page
      .getByRole('button')
      .filter({ has: page.locator('svg.lucide-pencil') })
      .last()
      .click();
    await page.getByRole('dialog').locator('summary').first().click();
  },
  traffic: async (page) => {
    await visit(page, '/');
    await page.locator('summary').click();
  },
  palette: async (page) => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog').getByRole('searchbox')).toBeFocused();
    await page.keyboard.type('e');
  },
  shortcuts: async (page) => {
    await page.getByRole('main').focus();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'welcome-look': (page) => visit(page, '/welcome'),
  'welcome-identity': (page) => welcomeStep(page, 2),
  'welcome-connectivity': (page) => welcomeStep(page, 3),
  'welcome-clients': (page) => welcomeStep(page, 4),
  'welcome-server': (page) => welcomeStep(page, 5),
  servers: (page) => visit(page, '/servers'),
  server: (page) => visit(page, '/servers/github'),
  sharing: async (page) => {
    await visit(page, '/servers/everything');
    await tab(page, 2);
  },
  log: async (page) => {
    await visit(page, '/servers/everything');
    await tab(page, 3);
  },
  'server-tools': async (page) => {
    await visit(page, '/servers/everything');
    await tab(page, 1);
  },
  login: (page) => visit(page, '/servers/tracker'),
  'login-waiting': async (page) => {
    await visit(page, '/servers/tracker');
    await page.locator('[role=tabpanel] button:has(svg.lucide-log-in)').click();
    await expect(page.locator('[role=tabpanel] details')).toBeVisible();
  },
  'edit-server': async (page) => {
    await visit(page, '/servers/github');
    await page.locator('button:has(svg.lucide-pencil)').click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  import: async (page) => {
    await visit(page, '/servers');
    await page.locator('button:has(svg.lucide-file-input)').first().click();
    await expect(page.getByRole('dialog').getByRole('listitem').first()).toBeVisible();
  },
  'add-server': (page) => visit(page, '/servers/+add'),
  share: async (page) => {
    await visit(page, '/servers/everything');
    await tab(page, 2);
    await press(page, '[role=tabpanel] button');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.getByRole('dialog').locator('fieldset button[aria-expanded]').first().click();
  },
  remove: async (page) => {
    await visit(page, '/servers/everything');
    await page
      .locator('section[aria-labelledby=split-title] button:has(svg.lucide-trash-2, svg.lucide-trash)')
      .click();
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
  packages: (page) => visit(page, '/packages'),
  'packages-listed': async (page) => {
    await visit(page, '/discover');
    // The registry is read once; then a server of it is opened.
    await press(page, 'main button');
    await visit(page, `/discover/${encodeURIComponent('io.github.example/weather')}`);
    await press(page, 'main button:has(svg.lucide-package-plus)');
    await expect(page.getByRole('dialog').locator('textarea').first()).toBeVisible();
  },
  'packages-foreign': (page) => visit(page, packagePage('file/scratchpad')),
  'packages-file': async (page) => {
    await visit(page, '/packages');
    await press(page, 'main button:has(svg.lucide-file-input)');
    await page.locator('[role=dialog] input').fill('/home/sam/abacus.mcpb');
    await press(page, '[role=dialog] button[type=submit]');
    await expect(page.getByRole('dialog').locator('dl')).toBeVisible();
  },
  'packages-moving': async (page) => {
    await visit(page, '/packages/installed');
    await press(page, 'main section summary');
  },
  'packages-updates': (page) => visit(page, '/packages/updates'),
  'packages-published': (page) => visit(page, '/packages/published'),
  'packages-publish': async (page) => {
    await visit(page, '/packages/published/publish');
    await page.locator('[role=dialog] input').fill('/home/sam/greeter');
    await press(page, '[role=dialog] button[type=submit]');
    await expect(page.locator('[role=dialog] textarea')).toBeVisible();
  },
  package: (page) => visit(page, packagePage(ANNA_FILES)),
  'package-rollback': async (page) => {
    await visit(page, packagePage(ANNA_FILES));
    await press(page, 'main section button:has(svg.lucide-undo-2)');
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
  'package-update': async (page) => {
    await visit(page, packagePage('review', ANNA_FILES));
    await expect(page.getByRole('insertion')).toBeVisible();
  },
  'package-hostile': (page) => visit(page, packagePage('review', SPAM_FILES)),
  'package-stale': (page) => visit(page, packagePage('review', ANNA_WEATHER)),
  'package-publisher': (page) => visit(page, packagePage('publisher', ANNA_FILES.split('/')[0] ?? '')),
  catalog: (page) => visit(page, '/catalog'),
  searched: async (page) => {
    await visit(page, '/catalog');
    await page.getByRole('main').getByRole('searchbox').fill('wether tag:weather colour:red price<5');
    await expect(page.locator('main search li').first()).toBeVisible();
  },
  searchHelp: async (page) => {
    await visit(page, '/catalog');
    await press(page, 'main search button:has(svg.lucide-circle-question-mark)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  asked: async (page) => {
    await visit(page, '/catalog/+text=weather');
    await press(page, 'main search button:has(svg.lucide-radio)');
    await page.locator('[role=dialog] button[type=submit]').click();
    await expect(page.getByRole('dialog').getByRole('row').nth(1)).toBeVisible();
  },
  tool: async (page) => {
    await visit(page, '/catalog/+changed');
    await page.getByRole('row').nth(1).click();
    await expect(page.locator('#split-title')).toBeVisible();
  },
  try: async (page) => {
    await visit(page, '/catalog/+approved');
    await page.getByRole('row').filter({ hasText: 'Weather forecast' }).click();
    await tab(page, 1);
    await press(page, 'form button[type=submit]');
  },
  versions: async (page) => {
    await visit(page, '/catalog/+changed');
    await page.getByRole('row').nth(1).click();
    await tab(page, 3);
    await press(page, '[role=tabpanel] button[aria-expanded]');
  },
  schema: async (page) => {
    await visit(page, '/catalog/+approved');
    await page.getByRole('row').nth(1).click();
    await tab(page, 2);
  },
  pin: async (page) => {
    await visit(page, '/catalog/+approved');
    await page.getByRole('row').nth(1).click();
    await press(page, 'section[aria-labelledby=split-title] button:has(svg.lucide-pin)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  chosen: async (page) => {
    await visit(page, '/catalog/+pending');
    await press(page, '[role=columnheader] label');
    await expect(page.locator('main [role=group] button:has(svg.lucide-check)')).toBeVisible();
  },
  'decide-many': async (page) => {
    await visit(page, '/catalog/+pending');
    await press(page, '[role=columnheader] label');
    await press(page, 'main [role=group] button:has(svg.lucide-check)');
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
  'new-rule': async (page) => {
    await visit(page, '/catalog/+pending');
    await press(page, 'main [role=note] button');
    await expect(page.getByRole('dialog').locator('[aria-live] ul')).toBeVisible();
  },
  rules: async (page) => {
    await visit(page, '/catalog/+pending');
    await press(page, 'main [role=note] button');
    await press(page, '[role=dialog] button[type=submit]');
    await expect(page.getByRole('dialog').locator('ol > li').first()).toBeVisible();
  },
  access: (page) => visit(page, '/access'),
  'access-opened': async (page) => {
    await visit(page, '/access');
    await page.getByRole('row').nth(3).click();
    await expect(page.locator('#split-title')).toBeVisible();
  },
  'access-end': async (page) => {
    await visit(page, '/access');
    await press(page, 'main [role=row] button:has(svg.lucide-ban)');
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
  'access-grants': (page) => visit(page, '/access/grants'),
  'access-requests': (page) => visit(page, '/access/requests'),
  'access-limits': (page) => visit(page, '/access/limits'),
  'access-give': async (page) => {
    await visit(page, '/access/give');
    await press(page, '[role=dialog] button[type=submit]');
    await expect(page.getByRole('dialog').locator('[slot=errorMessage]').first()).toBeVisible();
  },
  'access-accept': async (page) => {
    await visit(page, '/access/accept/2');
    await press(page, '[role=dialog] summary');
    await press(page, '[role=dialog] details button:has(svg.lucide-plus)');
    await press(page, '[role=dialog] details button:has(svg.lucide-check)');
    await page.locator('[role=dialog] details').scrollIntoViewIfNeeded();
  },
  'access-limit': async (page) => {
    await visit(page, '/access/limits');
    await press(page, 'main button:has(svg.lucide-gauge)');
    await press(page, '[role=dialog] button[type=submit]');
    await expect(page.getByRole('dialog').locator('[slot=errorMessage]').first()).toBeVisible();
  },
  'access-ask': async (page) => {
    await visit(page, '/network/peers/12D3KooWpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH');
    await press(page, 'main button:has(svg.lucide-hand-helping)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'share-on': async (page) => {
    await visit(page, '/catalog/+approved');
    await page.getByRole('row').filter({ hasText: 'Weather forecast' }).click();
    await press(page, 'main button:has(svg.lucide-share-2)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'sharing-tool': async (page) => {
    await visit(page, '/servers/everything');
    await tab(page, 2);
    await press(page, '[role=tabpanel] button:has(svg.lucide-share-2)');
    await press(page, '[role=dialog] li button[aria-expanded]');
    await page.locator('[role=dialog] li textarea').scrollIntoViewIfNeeded();
  },
  activity: (page) => visit(page, '/activity'),
  'activity-call': (page) => visit(page, '/activity/call-1'),
  'activity-failed': (page) => visit(page, '/activity/call-4'),
  'activity-replay': async (page) => {
    await visit(page, '/activity/call-0');
    await press(page, 'section[aria-labelledby=split-title] button:has(svg.lucide-rotate-ccw)');
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
  settings: (page) => visit(page, '/settings'),
  'settings-network': (page) => visit(page, '/settings/network'),
  'settings-packages': (page) => visit(page, '/settings/packages'),
  'settings-clients': (page) => visit(page, '/settings/clients'),
  'settings-operators': (page) => visit(page, '/settings/operators'),
  'settings-data': (page) => visit(page, '/settings/data'),
  passphrase: async (page) => {
    await visit(page, '/settings/data');
    await press(page, 'button:has(svg.lucide-lock-keyhole)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  diagnostics: async (page) => {
    await visit(page, '/settings/data');
    await press(page, 'button:has(svg.lucide-stethoscope)');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  about: async (page) => {
    await visit(page, '/settings/about');
    await page.getByRole('tabpanel').getByRole('button').click();
    await expect(page.getByRole('searchbox').last()).toBeVisible();
  },
  // Last, since it lasts.
  paused: async (page) => {
    await visit(page, '/');
    await page.locator('main button:has(svg.lucide-circle-pause)').click();
    await page.getByRole('menuitem').last().click();
    await expect(page.getByRole('banner').locator('svg.lucide-circle-pause')).toBeVisible();
  },
};

/** What looks different where the node is in several networks. */
const severalNetworksViews: Record<string, (page: Page) => Promise<void>> = {
  'networks-map': async (page) => {
    await visit(page, '/network');
    await expect(page.locator('figcaption ul')).toHaveCount(2);
    await expect(page.locator('figure canvas').first()).toBeVisible();
  },
  'networks-peer': (page) =>
    visit(page, '/network/peers/12D3KooWpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH'),
  'networks-self': (page) => visit(page, '/network/self'),
  'networks-make': async (page) => {
    await visit(page, '/network/self');
    await press(page, 'main button:has(svg.lucide-lock)');
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeVisible();
  },
  'networks-more': async (page) => {
    await visit(page, '/network/self');
    await press(page, 'main li button[aria-haspopup=true]');
    await expect(page.getByRole('menuitem').last()).toBeVisible();
  },
  'networks-invite': async (page) => {
    await visit(page, `/network/invite/${WORKSHOP}`);
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'networks-share': async (page) => {
    await visit(page, '/servers/filesystem');
    await tab(page, 2);
    await press(page, '[role=tabpanel] button:has(svg.lucide-share-2)');
    await page
      .getByRole('dialog')
      .getByRole('radio')
      .and(page.locator('[value=everyone]'))
      .click({ force: true });
    await expect(page.getByRole('dialog').locator('fieldset').first().getByRole('checkbox')).toHaveCount(2);
    // Nothing is chosen yet: that is what is wrong.
    await press(page, '[role=dialog] button[type=submit]');
    await page.locator('[role=dialog] p[role=alert]').scrollIntoViewIfNeeded();
  },
};

/** Views in groups that each fit a test's time; a group starts from a fresh page and a fresh node. */
const GROUP_SIZE = 9;
const inGroups = (all: Array<[string, (page: Page) => Promise<void>]>) =>
  Array.from({ length: Math.ceil(all.length / GROUP_SIZE) }, (_, index) =>
    all.slice(index * GROUP_SIZE, (index + 1) * GROUP_SIZE),
  );

const worlds = [
  { name: 'one network', world: busyWorld, groups: inGroups(Object.entries(views)) },
  {
    name: 'several networks',
    world: severalNetworks,
    groups: inGroups(Object.entries(severalNetworksViews)),
  },
];

for (const language of ['en', 'ru', 'ar'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    for (const { groups, name: where, world } of worlds)
      test.describe(`${where}, ${language}, ${theme}`, () => {
        test.use({ begin: { world }, language, theme, contextOptions: { reducedMotion: 'reduce' } });
        for (const group of groups) {
          test(`axe knows of nothing wrong: ${group.map(([name]) => name).join(', ')}`, async ({
            home: page,
          }) => {
            test.slow();
            for (const [name, show] of group) {
              await test.step(name, async () => {
                await page.keyboard.press('Escape');
                await show(page);
                await settle(page);
                await page.screenshot({ path: `test-results/views/${name}-${language}-${theme}.png` });
                await expect.soft
                  .poll(() => violations(page), {
                    message: name,
                    timeout: PATIENCE_MS,
                    intervals: [500, 2000],
                  })
                  .toEqual([]);
              });
            }
          });
        }
      });
  }
}
