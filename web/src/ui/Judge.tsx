import type { Alert, Judgement } from '../live/alertTypes';
import { JUDGEMENTS } from '../live/alertTypes';
import { mayJudge } from './deeds';
import { FormProblem } from './forms';
import { useServices } from './services';
import { useDeed } from './useDeed';
import { words } from './words';

const text = words.alerts;

/** One press says what it was; another one corrects it. */
export function Judge({ alert, judged }: { alert: Alert; judged?(judgement: Judgement): void }) {
  const { user } = useServices();
  const deed = useDeed();
  if (!mayJudge(user, alert)) return null;
  const judge = async (judgement: Judgement): Promise<void> => {
    if (await deed.act(() => deed.api.judge(alert.id, judgement))) judged?.(judgement);
  };
  return (
    <fieldset className="judge">
      <legend>{text.deed.judge}</legend>
      <div className="segment">
        {JUDGEMENTS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={alert.judgement === one}
            disabled={deed.busy}
            onClick={() => void judge(one)}
          >
            {text.judgement[one]}
          </button>
        ))}
      </div>
      <FormProblem>{deed.problem}</FormProblem>
    </fieldset>
  );
}
