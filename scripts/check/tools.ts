/** The parts of the check that a tool does: types, lint, format, what is unused. */
import type { Part } from './part.ts';
import { readFindings, runForOutput } from './tool.ts';

export const types: Part = {
  name: 'types',
  proves: 'TypeScript, strict',
  async find({ root }) {
    const output = await runForOutput('tsc', ['-p', '.', '--pretty', 'false'], root);
    return readFindings('tsc', output, /^(?<file>[^\s(]+)\((?<line>\d+),\d+\): (?<message>.*)$/);
  },
};

export const lint: Part = {
  name: 'lint',
  proves: 'oxlint with types',
  async find({ root }) {
    const output = await runForOutput('oxlint', ['--type-aware', '--format=unix'], root);
    return readFindings('oxlint', output, /^(?<file>[^\s:]+):(?<line>\d+):\d+: (?<message>.*)$/);
  },
};

export const format: Part = {
  name: 'format',
  proves: 'Biome leaves every file as it is',
  async find({ root }) {
    const output = await runForOutput(
      'biome',
      ['format', '--reporter=github', '--max-diagnostics=none'],
      root,
    );
    const found = readFindings(
      'biome',
      output,
      /^::error .*?file=(?<file>[^,]+),line=(?<line>\d+).*?::(?<message>.*)$/,
    );
    return found.map((item) => ({ ...item, message: `${item.message} (npm run format)` }));
  },
};

export const unused: Part = {
  name: 'unused',
  proves: 'no unused files, exports or dependencies, none undeclared',
  async find({ root }) {
    const output = await runForOutput('knip', ['--no-progress', '--reporter', 'json'], root);
    return output.text.trimStart().startsWith('{')
      ? readKnip(JSON.parse(output.text) as KnipReport)
      : readFindings('knip', output, /(?!)/);
  },
};

interface KnipItem {
  name: string;
  line?: number;
}

interface KnipReport {
  issues: Array<{ file: string } & Record<string, KnipItem[] | string>>;
}

function readKnip({ issues }: KnipReport) {
  return issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, items]) =>
      Array.isArray(items)
        ? items.map(({ name, line }) => ({
            file,
            ...(line === undefined ? {} : { line }),
            message: name === file ? 'no other file uses it' : `${name}: ${KNIP_WORDS[kind] ?? kind}`,
          }))
        : [],
    ),
  );
}

const KNIP_WORDS: Readonly<Record<string, string>> = {
  exports: 'exported, never imported',
  types: 'type exported, never imported',
  dependencies: 'dependency without a use',
  devDependencies: 'development dependency without a use',
  unlisted: 'imported, not in package.json',
  unresolved: 'import leads nowhere',
  binaries: 'command without a dependency that brings it',
  duplicates: 'exported twice',
};
