/**
 * The recovery phrase. A provider's root key is made from 32 random bytes, which BIP-39 writes as 24 English words. The
 * Ed25519 seed is HKDF-SHA-256 of those bytes (no salt, info `toolswarm/identity/root-seed/1`, 32 bytes): the words alone
 * give the key again, on any machine and in any later version.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { utf8 } from '../../kernel/bytes.ts';
import { AppError } from '../../kernel/errors.ts';

export const ROOT_ENTROPY_BYTES = 32;
export const PHRASE_WORDS = 24;

/** The 32-byte Ed25519 seed of the root key. */
export const rootSeedOf = (entropy: Uint8Array): Uint8Array =>
  hkdf(sha256, entropy, undefined, utf8('toolswarm/identity/root-seed/1'), 32);

/** @param entropy 32 bytes. @returns 24 lower-case words. */
export const phraseOf = (entropy: Uint8Array): string[] => entropyToMnemonic(entropy, wordlist).split(' ');

/**
 * The entropy behind a phrase, however it was spaced and capitalised. Throws `identity.bad_phrase` with what is wrong:
 * how many words, which of them are unknown, or that together they are not a phrase.
 */
export function entropyOfPhrase(words: readonly string[]): Uint8Array {
  const given = words
    .flatMap((word) => word.normalize('NFKD').toLowerCase().trim().split(/\s+/))
    .filter(Boolean);
  if (given.length !== PHRASE_WORDS)
    throw badPhrase(`The recovery phrase has 24 words; these are ${given.length}.`);
  const unknown = given.flatMap((word, index) => (wordlist.includes(word) ? [] : [index + 1]));
  if (unknown.length > 0) throw badPhrase(`Not words of the list: number ${unknown.join(', ')}.`, unknown);
  try {
    return mnemonicToEntropy(given.join(' '), wordlist);
  } catch {
    // Only the checksum is left to be wrong; the library's message would repeat the words.
    throw badPhrase('These words are not a recovery phrase: one is wrong or two changed places.');
  }
}

function badPhrase(message: string, positions?: number[]): AppError {
  return new AppError('identity.bad_phrase', message, {
    advice: 'Compare each word with what you wrote down, in order.',
    ...(positions ? { details: { positions } } : {}),
  });
}
