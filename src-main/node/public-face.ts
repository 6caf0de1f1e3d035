import type { Settings } from '../features/settings/index.ts';
import type { nodeSettings } from './settings.ts';

/** How programs elsewhere reach the endpoint, and by whose tokens. */
export function publicFace(settings: Settings<typeof nodeSettings>) {
  const publicUrl = settings.get('endpoint.publicUrl');
  const issuer = settings.get('endpoint.oauth.issuer');
  const { host, origin } = URL.parse(publicUrl) ?? {};
  return {
    ...(host && origin ? { allowedHosts: [host.replace(/:\d+$/, '')], allowedOrigins: [origin] } : {}),
    oauth:
      issuer === ''
        ? undefined
        : {
            issuer,
            publicUrl,
            scopes: settings.get('endpoint.oauth.scopes'),
            profile: settings.get('endpoint.oauth.profile'),
            profileClaim: settings.get('endpoint.oauth.profileClaim'),
          },
  };
}
