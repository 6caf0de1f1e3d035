/** Who works at this window or browser, and what his role lets him do. */
import { createContext, useContext, useMemo } from 'react';
import type { NodeContract } from '#shared/contract.ts';
import type { Operator } from '#shared/features/node/operators.ts';
import { holds } from '#shared/features/node/roles.ts';
import { roleNeeded, roleTooLow } from '#shared/least-role.ts';
import { type Fault, faultOf } from './faults.ts';

const Context = createContext<Operator | undefined>(undefined);
export const OperatorProvider = Context.Provider;

/** Undefined until the node has said it. */
export const useOperator = (): Operator | undefined => useContext(Context);

/**
 * Why this operator may not make a call, or nothing where he may, or as long as it is not known who he is: the node
 * refuses by itself.
 * @param call absent: one that changes something, which is the owner’s.
 */
export function useRefusal(call: keyof NodeContract | undefined): Fault | undefined {
  const held = useOperator()?.role;
  return useMemo(() => {
    const needed = call ? roleNeeded(call) : 'owner';
    return !held || holds(held, needed) ? undefined : faultOf(roleTooLow(needed, held));
  }, [call, held]);
}
