import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

export const recoveryContract = {
  'recovery.backup': command(
    'Writes everything that cannot be fetched again (keys, servers, secrets, approvals, sharing, settings) to an encrypted file.',
    z.object({ file: z.string().min(1).max(4096), passphrase: z.string().min(1).max(1024) }),
    z.object({ file: z.string(), bytes: z.number(), createdAt: z.number() }),
  ),
  'recovery.suggest': query(
    'A name for a backup on the machine of the node.',
    z.object({}),
    z.object({ file: z.string() }),
  ),
};
