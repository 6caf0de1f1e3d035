import { z } from 'zod';
import { SEAL_POLICIES } from './seal-policies.ts';

export const sealPolicySchema = z.enum(SEAL_POLICIES);
