import { expect, it } from 'vitest';
import { faultsOfSchema, missingFiles } from '#scripts/check/builder.ts';

it('a description that electron-builder understands has no faults', async () => {
  expect(await faultsOfSchema({ appId: 'a.b', linux: { target: ['deb'] } })).toEqual([]);
});

it('a word that it does not know is a fault that names the place', async () => {
  const [fault] = await faultsOfSchema({ appId: 'a.b', linux: { taget: ['deb'] } });
  expect(fault?.message).toMatch(/configuration\.linux/);
});

it('files that it names are there', () => {
  const config = {
    icon: 'assets/icon.png',
    linux: { icon: 'assets/icons' },
    dmg: { background: 'assets/none.png' },
  };
  const files = ['assets/icon.png', 'assets/icons/16x16.png'];
  expect(missingFiles(config, { files })).toEqual([
    { file: 'electron-builder.yml', message: 'names assets/none.png, which is not there' },
  ]);
});

it('what the packaging stages itself need not be there', () => {
  expect(missingFiles({ directories: { app: 'dist/stage/app' } }, { files: [] })).toEqual([]);
});
