import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

export const profileSchema = z.object({
  /** What the operator calls this provider; shown to peers, never an identity. */
  displayName: z.string().max(64),
});

export const identitySchema = z.object({
  providerId: z.string(),
  peerId: z.string(),
  createdAt: z.number(),
  profile: profileSchema,
  /** Whether the keystore needs a passphrase at start. */
  passphraseProtected: z.boolean(),
  /** Whether the person confirmed having written down the recovery phrase. */
  recoveryPhraseConfirmed: z.boolean(),
  /** Earlier provider ids that rotated to this one, oldest first. */
  rotatedFrom: z.array(z.string()),
  /** Whether the provider key is kept on this machine; not where the node joined the provider of another. */
  rootHere: z.boolean(),
  /** The provider that this node was before it joined another; its key is kept and comes back when the node leaves. */
  formerProvider: z.string().nullable(),
});

export const identityContract = {
  'identity.get': query('Who this node and its provider are.', z.object({}), identitySchema),
  'identity.setProfile': command('Changes the provider’s public profile.', profileSchema, identitySchema),
  'identity.revealRecoveryPhrase': command(
    'Shows the recovery phrase of the provider key (24 words).',
    z.object({ passphrase: z.string().optional() }),
    z.object({ words: z.array(z.string()) }),
  ),
  'identity.confirmRecoveryPhrase': command(
    'Notes that the person has written the phrase down, after repeating some of its words.',
    z.object({
      answers: z.array(z.object({ position: z.number().int().min(1).max(24), word: z.string() })).min(3),
    }),
    identitySchema,
  ),
  'identity.rotate': command(
    'Replaces the provider key by a new one, signed over by the old. Peers learn it as the same provider.',
    z.object({ passphrase: z.string().optional() }),
    identitySchema,
  ),
  'identity.setPassphrase': command(
    'Sets, changes or (with an empty new one) removes the keystore’s passphrase.',
    z.object({ current: z.string().optional(), next: z.string().max(1024) }),
    identitySchema,
  ),
};
