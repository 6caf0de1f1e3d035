import type { NodeClient } from '#shared/contract.ts';
import type { packagesContract } from '#shared/features/packages/contract.ts';
import type { ContractClient } from '#shared/kernel/contract.ts';

export const packagesOf = (node: NodeClient) =>
  node as unknown as NodeClient & ContractClient<typeof packagesContract>;
