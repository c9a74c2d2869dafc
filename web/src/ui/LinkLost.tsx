import { words } from './words';

/** Above everything else on a page that shows what others change, while it cannot. */
export function LinkLost({ lost }: { lost: boolean }) {
  return (
    <div role="status">
      {lost && (
        <div className="banner link-lost" data-banner="link">
          <b>
            {words.priority.technical.sign} {words.patients.lost}
          </b>
        </div>
      )}
    </div>
  );
}
