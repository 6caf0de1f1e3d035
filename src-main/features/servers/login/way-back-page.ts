/** What the browser shows at the end of signing in, in the language that it asks for. */
import type { Outcome } from './way-back.ts';

const WORDS = {
  en: {
    done: ['You are signed in', 'Close this window and go back to Toolswarm.'],
    failed: ['Signing in did not work', 'Go back to Toolswarm: it says why.'],
    ignored: ['Nothing to do here', 'This address belongs to a sign-in that is over.'],
  },
  ru: {
    done: ['Вход выполнен', 'Закройте это окно и вернитесь в Toolswarm.'],
    failed: ['Войти не удалось', 'Вернитесь в Toolswarm: там указана причина.'],
    ignored: ['Здесь ничего нет', 'Этот адрес относится к уже завершённому входу.'],
  },
  ar: {
    done: ['تم تسجيل الدخول', 'أغلق هذه النافذة وعُد إلى Toolswarm.'],
    failed: ['تعذّر تسجيل الدخول', 'عُد إلى Toolswarm لمعرفة السبب.'],
    ignored: ['لا شيء هنا', 'هذا العنوان يخص عملية تسجيل دخول انتهت.'],
  },
} as const;

type Language = keyof typeof WORDS;

export function pageFor(outcome: Outcome, accepted: string | undefined): string {
  const language = languageOf(accepted);
  const [title, words] = WORDS[language][outcome];
  return `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>
:root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;margin:15vh auto 0;max-inline-size:34rem;padding:1.5rem}
</style></head><body><main><h1>${title}</h1><p>${words}</p></main></body></html>`;
}

function languageOf(accepted: string | undefined): Language {
  const wanted = (accepted ?? '').split(',').map((one) => one.trim().slice(0, 2).toLowerCase());
  return wanted.find((one): one is Language => Object.hasOwn(WORDS, one)) ?? 'en';
}
