/** The Python SDK: against the golden vectors, against our own encoders on any input, and against a running node. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type CborValue, encodeCbor, jcsBytes, type JsonValue } from '#shared/kernel/canonical.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { createDaemons } from '#test/support/daemon.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const SDK = pathOf('../../../sdk/python');

function findPython(): string | undefined {
  const works = 'import sys; sys.exit(sys.version_info < (3, 10))';
  return ['python3', 'python'].find((name) => spawnSync(name, ['-c', works]).status === 0);
}
const python = findPython();
const needed = python ? '' : ' (skipped: needs Python 3.10 or later)';

interface Outcome {
  code: number;
  output: string;
}

function unittest(name: string, env: Record<string, string> = {}): Promise<Outcome> {
  const options = { cwd: SDK, env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' } };
  return new Promise((resolve) =>
    execFile(python ?? '', ['-m', 'unittest', '-v', `tests.${name}`], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    ),
  );
}

/** What Python makes of each line, in hex. */
function canonicalInPython(lines: object[]): string[] {
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: SDK, PYTHONUTF8: '1' };
  const output = execFileSync(python ?? '', ['tests/echo_canonical.py'], { cwd: SDK, env, input });
  return output.toString().trim().split('\n');
}

describe.skipIf(!python)(`the Python SDK${needed}`, () => {
  const daemons = createDaemons();
  afterAll(() => daemons.close());

  it('agrees with the golden vectors', async () => {
    const { code, output } = await unittest('test_vectors');
    expect(code, output).toBe(0);
    expect(output).not.toContain('skipped');
  });

  it('writes the same canonical JSON as the node, whatever the value', () => {
    const values = fc.sample(fc.jsonValue({ stringUnit: 'binary' }), 500) as JsonValue[];
    const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 1500);
    const all: JsonValue[] = [...values, ...numbers];
    const ours = all.map((json) => toHex(jcsBytes(json)));
    expect(canonicalInPython(all.map((json) => ({ json })))).toEqual(ours);
  });

  it('reads and writes the same records as the node, whatever the value', () => {
    const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, false),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ maxLength: 70 }).map((bytes) => Uint8Array.from(bytes)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 30 }), tie('value'), {
          maxKeys: 5,
          noNullPrototype: true,
        }),
      ),
    }));
    const records = fc.sample(value, 1000).flatMap(encoded);
    expect(canonicalInPython(records.map((cbor) => ({ cbor })))).toEqual(records);
  });

  it('drives a node: registers, lists, searches, calls, shares', async () => {
    const daemon = await daemons.start();
    const token = async (name: string, scope: string) =>
      (await daemon.command<{ token: string }>('api', 'create', name, '--scope', scope)).token;
    const { code, output } = await unittest('test_node', {
      TOOLSWARM_URL: daemon.ready.webUrl,
      TOOLSWARM_TOKEN: await token('python', 'operate'),
      TOOLSWARM_READ_TOKEN: await token('python-reader', 'read'),
      SERVER: JSON.stringify([process.execPath, pathOf('../../support/mcp/legacy-stdio.ts')]),
    });
    expect(code, output).toBe(0);
    expect(output).not.toContain('skipped');
  });
});

/** In hex; nothing where a value has no encoding (text with a byte order mark, nested too deeply). */
function encoded(value: CborValue): string[] {
  try {
    return [toHex(encodeCbor(value))];
  } catch {
    // That both refuse such values is the golden vectors' matter.
    return [];
  }
}
