import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

interface State {
  error: Error | undefined;
}

/** Where drawing fails: words instead of an empty page, and a way on. React offers this as a class only. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Broken error={error} onRetry={() => this.setState({ error: undefined })} />;
  }
}

function Broken({ error, onRetry }: { error: Error; onRetry(): void }) {
  const { t } = useTranslation('frame');
  return (
    <div role="alert">
      <EmptyState
        picture="fault"
        title={t('broken.title')}
        action={
          <Button look="primary" onPress={onRetry}>
            {t('broken.retry')}
          </Button>
        }
      >
        <p>{t('broken.words')}</p>
        <code dir="ltr">{error.message}</code>
      </EmptyState>
    </div>
  );
}
