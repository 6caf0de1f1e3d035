/**
 * Every reader of bytes from the network gives a message or refuses with a code, whatever it is fed: noise, and valid messages
 * with bytes changed, cut off or put twice. Readers with properties of their own (`features/**`) are here as well.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { GRANT_TYPE, type Grant, grantSchema, readGrant, sealGrant } from '#shared/features/access/grant.ts';
import { readAdoption, readProposal } from '#shared/features/governance/records.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import {
  decodeFault,
  decodeFeatures,
  decodeHello,
  encodeFault,
  encodeFeatures,
  encodeHello,
} from '#shared/features/p2p/hello.ts';
import { decodeProof, decodeRangesReply, decodeRecordsRequest } from '#shared/features/records/messages.ts';
import { readErasure, sealErasure } from '#shared/features/records/texts.ts';
import { ENTRY_TYPE, readEntry } from '#shared/features/registry/entry.ts';
import { callRequestSchema, callResponseSchema, decodeMessage } from '#shared/features/relay/messages.ts';
import {
  decodeSealedRequest,
  decodeSealMessage,
  encodeSealedRequest,
  encodeSealMessage,
  keyAnswerSchema,
  sealRequestSchema,
} from '#shared/features/relay/sealing.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { open } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';

const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';
const numRuns = isNightly ? 100_000 : 2_000;

const root = createSigner(new Uint8Array(32).fill(1));
const node = createSigner(new Uint8Array(32).fill(2));
const verify = createVerify();
const now = 1_800_000_000_000;
const certificate = signCertificate(root, {
  nodePublicKey: node.publicKey,
  label: 'fuzz',
  seq: 1,
  issuedAt: now,
  rotations: [],
});
const self = {
  providerId: providerIdOf(root.publicKey),
  peerId: peerIdOf(node.publicKey),
  nodePublicKey: node.publicKey,
};
const certified = () => self;
const grant: Grant = grantSchema.parse({
  cert: certificate,
  to: self.providerId,
  server: 'files',
  tools: ['read'],
  iat: now,
  exp: now + 1000,
  nonce: new Uint8Array(16),
});
const hello = {
  min: 1,
  max: 2,
  features: ['reconcile/1'],
  agent: 'fuzz',
  limits: { window: 1 << 20, calls: 16, requestBytes: 1 << 20 },
  certificate,
};

const DAY_MS = 24 * 3_600_000;
/** What every record that a node signs begins with. */
const signed = { cert: certificate, seq: 1, iat: now, exp: now + 30 * DAY_MS };

/** Each reader with a valid message for it. */
const readers: Array<{ name: string; valid: Uint8Array; read(bytes: Uint8Array): unknown }> = [
  { name: 'CBOR', valid: encodeCbor({ a: [1, 'b', new Uint8Array(3)] }), read: decodeCbor },
  { name: 'hello', valid: encodeHello(hello), read: decodeHello },
  { name: 'features', valid: encodeFeatures(['a/1', 'b']), read: decodeFeatures },
  {
    name: 'faults',
    valid: encodeFault({
      code: 'a.b',
      message: 'm',
      advice: 'a',
      retryable: true,
      details: { retryAfterMs: 5 },
    }),
    read: decodeFault,
  },
  {
    name: 'certificates',
    valid: certificate,
    read: (bytes) => verifyCertificate(bytes, { now, verify }),
  },
  {
    name: 'grants',
    valid: sealGrant(grant, node).bytes,
    read: (bytes) => readGrant(open(bytes, GRANT_TYPE, verify), certified),
  },
  {
    name: 'entries',
    valid: encodeCbor({
      ...signed,
      name: 'files',
      manifest: new Uint8Array(32),
      private: false,
      version: '1',
      title: 'Files',
      description: '',
      tags: ['a'],
      tools: 1,
      addresses: [],
      by: 'me',
    }),
    read: (bytes) => readEntry({ ...bare(ENTRY_TYPE), value: decodeCbor(bytes) }, certified),
  },
  {
    name: 'proposals',
    valid: encodeCbor({
      ...signed,
      feature: 'tree-sync/1',
      class: 'feature',
      spec: { hash: new Uint8Array(32), url: 'https://example.org/spec' },
      opened: now,
      earliest: now + 60 * DAY_MS,
      withdrawn: false,
    }),
    read: (bytes) => readProposal({ ...bare('proposal/1'), value: decodeCbor(bytes) }, certified, now),
  },
  {
    name: 'adoptions',
    valid: encodeCbor({ ...signed, proposal: new Uint8Array(32), vote: 'yes', runs: true, since: now }),
    read: (bytes) => readAdoption({ ...bare('adoption/1'), value: decodeCbor(bytes) }, certified, now),
  },
  {
    name: 'erasures',
    valid: sealErasure(node, { certificate, now, texts: [new Uint8Array(32)] }).payload,
    read: (bytes) => readErasure(decodeCbor(bytes)),
  },
  {
    name: 'questions about records',
    valid: encodeCbor({ op: 'fetch', hashes: [new Uint8Array(32)] }),
    read: decodeRecordsRequest,
  },
  {
    name: 'answers about ranges',
    valid: encodeCbor({ answers: [[0], [2, new Uint8Array(32)]] }),
    read: decodeRangesReply,
  },
  { name: 'proofs', valid: encodeCbor([new Uint8Array(8), new Uint8Array(9)]), read: decodeProof },
  {
    name: 'calls',
    valid: utf8(
      JSON.stringify({
        server: 's',
        tool: 't',
        fingerprint: '0'.repeat(64),
        params: {},
        caller: { era: 'legacy', protocolVersion: '1', capabilities: {}, session: 's' },
        manner: { key: 'a'.repeat(22), timeLeftMs: 5 },
      }),
    ),
    read: (bytes) => decodeMessage(callRequestSchema, bytes),
  },
  {
    name: 'answers to calls',
    valid: utf8(JSON.stringify({ result: { content: [] }, hops: [{ hop: 'tool', ms: 1 }] })),
    read: (bytes) => decodeMessage(callResponseSchema, bytes),
  },
  {
    name: 'sealed calls',
    valid: encodeSealedRequest(
      {
        server: 'files',
        tool: 'read',
        fingerprint: '0'.repeat(64),
        seal: { session: '0'.repeat(32), call: 1 },
      },
      new Uint8Array(40),
    ),
    read: decodeSealedRequest,
  },
  {
    name: 'wishes to seal calls',
    valid: encodeSealMessage({ t: 'open', server: 'files', tool: 'read', session: new Uint8Array(200) }),
    read: (bytes) => decodeSealMessage(sealRequestSchema, bytes),
  },
  {
    name: 'sealing keys',
    valid: encodeSealMessage({ certificate: new Uint8Array(100), key: new Uint8Array(150) }),
    read: (bytes) => decodeSealMessage(keyAnswerSchema, bytes),
  },
];

/** An envelope whose signature was verified elsewhere. */
const bare = (type: string) => ({
  type,
  payload: new Uint8Array(),
  publicKey: node.publicKey,
  signature: new Uint8Array(64),
  bytes: new Uint8Array(),
});

const changed = (valid: Uint8Array) =>
  fc.oneof(
    fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = valid.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      }),
    fc.nat(valid.length).map((end) => valid.slice(0, end)),
    fc.nat(valid.length).map((at) => Uint8Array.from([...valid.slice(0, at), ...valid])),
  );

describe('a reader of', () => {
  it.each(readers)('$name reads what is valid', ({ read, valid }) => {
    const outcome = read(valid);
    expect(outcome).not.toMatchObject({ ok: false });
  });

  it.each(readers)('$name gives a message or refuses with a code', ({ read, valid }) => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed(valid)), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns },
    );
  });
});
