import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretForms, createSecretGuard } from '#main/features/relay/secret-guard.ts';
import { formsOf, HIDDEN, mayHold, withoutSecrets } from '#shared/features/relay/redaction.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';

const TOKEN = 'ghp_s3cr3t/"value"+x';
const forms = formsOf([TOKEN, '31415926']);
const clean = (value: JsonValue) => withoutSecrets(value, forms);

describe('secrets', () => {
  it('are taken out wherever they stand: texts, names of fields, lists, numbers', () => {
    const value = {
      a: `token=${TOKEN}; ${TOKEN}`,
      [`x${TOKEN}`]: [TOKEN, 31_415_926, 3_141_592_6501, 'fine'],
    };
    expect(clean(value)).toEqual({
      count: 5,
      value: { a: `token=${HIDDEN}; ${HIDDEN}`, [`x${HIDDEN}`]: [HIDDEN, HIDDEN, 31_415_926_501, 'fine'] },
    });
  });

  it('are known in base64 and in addresses too', () => {
    const base64 = Buffer.from(TOKEN).toString('base64');
    expect(clean(`Basic ${base64}`).value).not.toContain(base64.slice(0, -2));
    expect(clean(`https://host.example/?t=${encodeURIComponent(TOKEN)}`).value).toBe(
      `https://host.example/?t=${HIDDEN}`,
    );
  });

  it('that are too short are left alone, and so is everything else', () => {
    expect(formsOf(['abc', ''])).toEqual([]);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const forms = formsOf(['never-in-there-42']);
        expect(mayHold(JSON.stringify(value), forms)).toBe(false);
        expect(withoutSecrets(value as JsonValue, forms)).toEqual({ value, count: 0 });
      }),
    );
  });

  it('are seen in the text of whatever holds one, and gone from what is made of it', () => {
    const around = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 6 }), around, around, (secret, before, after) => {
        const forms = formsOf([secret]);
        const value = { text: [before + secret + after] };
        expect(mayHold(JSON.stringify(value), forms)).toBe(true);
        const told = withoutSecrets(value, forms);
        expect(told.count).toBeGreaterThan(0);
        expect(told.value.text[0]).not.toContain(secret);
      }),
    );
  });

  it('whose one is a part of the other leave nothing behind', () => {
    expect(withoutSecrets('x-secret-longer-x', formsOf(['secret', 'secret-longer'])).value).toBe(
      `x-${HIDDEN}-x`,
    );
  });
});

describe('what leaves', () => {
  it('is encoded once, and counted over the whole call, errors included', () => {
    const guard = createSecretGuard(() => forms);
    const plain = { result: { text: 'hello' } };
    expect(guard.encode(plain, 'result').message).toBe(plain);
    const told = guard.encode({ result: { text: TOKEN } }, 'result');
    expect(JSON.parse(Buffer.from(told.bytes).toString())).toEqual(told.message);
    const error = guard.error(new McpError(-32_000, `bad ${TOKEN}`, { header: TOKEN }));
    expect(error).toMatchObject({ code: -32_000, message: `bad ${HIDDEN}`, data: { header: HIDDEN } });
    expect(guard.count).toBe(3);
  });

  it('is looked through for the secrets of the moment', () => {
    let secrets = ['first-secret'];
    const formsNow = createSecretForms(() => secrets);
    expect(formsNow()).toBe(formsNow());
    expect(createSecretGuard(formsNow).clean('first-secret')).toBe(HIDDEN);
    secrets = ['second-secret'];
    expect(createSecretGuard(formsNow).clean('first-secret second-secret')).toBe(`first-secret ${HIDDEN}`);
  });
});
