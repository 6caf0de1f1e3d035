/** People and programs that operate this node, in one list, and what each caller is told about itself. */
import type { NodeHandlers } from '#shared/contract.ts';
import type { Operator, operatorsContract } from '#shared/features/node/operators.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type ApiTokens, type ApiTokensDeps, createApiTokens } from './api-tokens.ts';
import { createWebSessions, type WebSessions, type WebSessionsDeps } from './web-sessions.ts';

export interface Operators {
  apiTokens: ApiTokens;
  webSessions: WebSessions;
  /** As the owner has them at the control socket and in the window; other channels use `handlersFor`. */
  handlers: ApiTokens['handlers'] & Handlers<typeof operatorsContract>;
}

export function createOperators(deps: ApiTokensDeps & WebSessionsDeps): Operators {
  const apiTokens = createApiTokens(deps);
  const webSessions = createWebSessions(deps);
  const tokens = () =>
    apiTokens.list().map(({ scope: _, ...token }) => ({ ...token, kind: 'token' as const }));
  return {
    apiTokens,
    webSessions,
    handlers: {
      ...apiTokens.handlers,
      'operators.me': () => ({ role: 'owner' }),
      'operators.list': () => ({
        items: [...webSessions.list(), ...tokens()].toSorted((a, b) => b.createdAt - a.createdAt),
      }),
      'operators.revoke': ({ id }) => {
        if (!webSessions.revoke(id) && !apiTokens.revoke(id)) throw unknownOperator();
        return {};
      },
    },
  };
}

/** The same handlers for one caller, who is told who he is. What he may do is refused before, by `refuseRole`. */
export const handlersFor = (handlers: NodeHandlers, { id, name, role }: Operator): NodeHandlers => ({
  ...handlers,
  'operators.me': () => ({ ...(id ? { id } : {}), ...(name ? { name } : {}), role }),
});

const unknownOperator = (): AppError =>
  new AppError('operators.unknown', 'There is no link, session or token with this id.', {
    advice: 'List them with `toolswarm operators list`.',
  });
