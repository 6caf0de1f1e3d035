import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { moduleText } from '../../../scripts/lib/http-alone.mjs';

/** Which parts of the runtime an ES module loads, and what is printed before. */
function run(text: string): string {
  const program = `${text}\nconsole.log(process.moduleLoadList.filter((name) => /undici|http2/.test(name)).join());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  }).trim();
}

it('stands for node:http without loading undici and HTTP/2', () => {
  expect(run(`import 'node:http';`)).toContain('undici');
  expect(run(moduleText())).toBe('');
});

it('hands out what a server and a client need', () => {
  expect(run(`${moduleText()}\nconsole.log(typeof createServer, typeof request, typeof Agent);`)).toBe(
    'function function function',
  );
});
