import { useTranslation } from 'react-i18next';
import { useQuery } from '../../../platform/use-query.ts';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';

export function ConnectedNow() {
  const { t } = useTranslation('clients');
  const { data } = useQuery((node, signal) => node['clients.list']({}, { signal }), []);
  if (!data?.items.length) return null;
  return (
    <Card title={t('page')}>
      <List label={t('page')}>
        {data.items.map(({ id, name }) => (
          <ListRow key={id} title={name} />
        ))}
      </List>
    </Card>
  );
}
