/** Limits beside: what the same call would cost with a signature, or with a session of its own. */
import { createCipheriv, randomBytes } from 'node:crypto';
import { decapsulate, encapsulate, sealingPair } from '#main/features/relay/seal/suite.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { cpuOfEach } from '../support/cpu.ts';
import { type Figure, measured } from '../support/report.ts';

const KIB = randomBytes(1024);

export async function measurePrimitives(): Promise<Figure[]> {
  const signer = createSigner(randomBytes(32));
  const verify = createVerify();
  const signature = signer.sign(KIB);
  const { pair, publicKey } = await sealingPair(randomBytes(32));
  const info = randomBytes(64);
  const { enc } = await encapsulate(publicKey, info, randomBytes(32));
  const aesKey = randomBytes(32);
  let count = 0;
  const aead = () => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(++count, 8);
    const cipher = createCipheriv('aes-256-gcm', aesKey, nonce);
    cipher.update(KIB);
    cipher.final();
    return cipher.getAuthTag();
  };
  const cpu = await cpuOfEach(
    {
      aead,
      sign: () => signer.sign(KIB),
      verify: () => verify(signer.publicKey, signature, KIB),
      encapsulate: () => encapsulate(publicKey, info, randomBytes(32)),
      decapsulate: () => decapsulate(pair, enc, info),
    },
    { rounds: 9, times: 200 },
  );
  return [
    measured('crypto.aes-256-gcm', cpu.aead, 'µs CPU for 1 KiB, node:crypto alone'),
    measured('crypto.ed25519-sign', cpu.sign, 'µs CPU for 1 KiB'),
    measured('crypto.ed25519-verify', cpu.verify, 'µs CPU for 1 KiB'),
    measured('crypto.hpke-seal', cpu.encapsulate, 'µs CPU to open a session, consumer'),
    measured('crypto.hpke-open', cpu.decapsulate, 'µs CPU to open a session, provider'),
  ];
}
