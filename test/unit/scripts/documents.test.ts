import { describe, expect, it } from 'vitest';
import { links } from '#scripts/check/links.ts';
import { traces } from '#scripts/check/traces.ts';
import { findLooseVersions, versions } from '#scripts/check/versions.ts';
import { formatViolation } from '#scripts/check/part.ts';
import { openProject } from '#scripts/check/project.ts';
import { findingsOf, folderWith } from './fixture.ts';

describe('links', () => {
  it('lead to files, folders and headings', async () => {
    const found = await findingsOf(links, {
      'README.md':
        '# Toolswarm\n\n[a](docs/a.md#two-words-1) [b](docs) [c](#toolswarm) <img src="x.svg">\n[d](https://example.org/x)',
      'docs/a.md': '## Two words, 1!\n\n[up](../README.md)',
      'x.svg': '',
    });
    expect(found).toEqual([]);
  });

  it('that lead nowhere are reported, code is not read', async () => {
    const found = await findingsOf(links, {
      'README.md':
        '[a](docs/b.md)\n![p](gone.svg)\n[c](#none)\n`[d](gone.md)`\n```\n[e](gone.md)\n```\n[f]: gone.md\n',
    });
    expect(found).toEqual([
      'README.md:1 links to docs/b.md, which does not exist',
      'README.md:2 links to gone.svg, which does not exist',
      'README.md:3 links to #none, but README.md has no such heading',
      'README.md:8 links to gone.md, which does not exist',
    ]);
  });
});

describe('versions', () => {
  it('are exact, aliases included', async () => {
    const manifest = { dependencies: { a: '1.2.3' }, overrides: { b: 'npm:@x/b@1.0.0-rc.1' } };
    expect(await findingsOf(versions, { 'package.json': JSON.stringify(manifest) })).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1', 'latest', '*', 'npm:b@^1.0.0', 'github:x/y'])('refuses %s', (version) => {
    const source = JSON.stringify({ devDependencies: { a: version } }, null, 2);
    expect(findLooseVersions('package.json', source).map(formatViolation)).toEqual([
      `package.json:3 a is "${version}", not an exact version`,
    ]);
  });
});

describe('traces of a machine', () => {
  it('are its folders and the registry that served it', async () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    const folder = folderWith({ 'a.ts': `// https://${host}/x` });
    const found = (await traces.find(openProject(folder))).map(formatViolation);
    expect(found).toEqual([`a.ts:1 names //${host}, which belongs to one machine or one registry`]);
  });

  it('include the folder of the checkout itself', async () => {
    const folder = folderWith({});
    const project = openProject(folder);
    const found = await traces.find({ ...project, files: ['b.md'], read: () => `\nsee ${folder}/b.md` });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ file: 'b.md', line: 2 });
  });
});
