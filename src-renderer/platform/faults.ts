/** What went wrong, in the person's language where we have the words, else in the node's English. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { type ErrorShape, toErrorShape } from '#shared/kernel/errors.ts';

export type Fault = ErrorShape;

export function faultOf(error: unknown): Fault {
  return toErrorShape(error);
}

export interface FaultText {
  message: string;
  advice: string;
}

/**
 * Whether a fault carries every fact that its translation tells. One without (of an older node, or shortened on its way)
 * keeps the node's own sentence: a gap would be worse than another language.
 */
export const tellsAll = (template: string, details: Record<string, unknown> = {}): boolean =>
  [...template.matchAll(/\{\{\s*(\w+)/g)].every(([, fact = '']) => Object.hasOwn(details, fact));

/** Words for a fault: the translation of its code if there is one, filled with its details. */
export function useFaultText(): (fault: Pick<Fault, 'code' | 'message' | 'advice' | 'details'>) => FaultText {
  const { t, i18n } = useTranslation();
  return useCallback(
    (fault) => {
      const words = (part: 'message' | 'advice'): string => {
        const key = `${fault.code}.${part}`;
        // The node's sentence may hold facts that a translation without details cannot; English speakers get the original.
        if (i18n.language === 'en' && fault[part] !== '') return fault[part];
        const template: unknown = i18n.getResource(i18n.language, 'errors', key);
        return typeof template === 'string' && tellsAll(template, fault.details)
          ? (t as (key: string, values: object) => string)(`errors:${key}`, { ...fault.details })
          : fault[part];
      };
      return { message: words('message'), advice: words('advice') };
    },
    [t, i18n],
  );
}
