import { useState } from 'react';
import { may } from '../api/me';
import { LONGEST_PAUSE_SECONDS } from '../sound/scheduler';
import { useAlarm, useAlarmState } from './alarm';
import { useCareApi, useCareFeed, useNow } from './care';
import { since } from './format';
import { useServices } from './services';
import { words } from './words';

const text = words.alerts.sound;

/** Whether tones are heard here, who has paused them and for how long; and the press that pauses them. `wards`: those of this page. */
export function SoundState({ wards }: { wards: readonly string[] }) {
  const alarm = useAlarm();
  const { on, pauses } = useAlarmState();
  const { user } = useServices();
  const api = useCareApi();
  const feed = useCareFeed();
  const now = useNow();
  const [failed, setFailed] = useState(false);
  if (!alarm || !feed) return null;
  const [pause] = [...pauses].sort((a, b) => b.until - a.until);
  const allowed = may(user, 'alerts.act') && wards.length > 0;
  const act = (deed: (ward: string) => Promise<void>): void => {
    setFailed(false);
    Promise.all(wards.map(deed)).then(
      () => feed.refresh(),
      () => setFailed(true),
    );
  };
  return (
    <span className="sound">
      {pause ? (
        <>
          <span className="pill pill-outline sound-paused">
            {text.paused(since(Math.max(0, Math.ceil((pause.until - now) / 1000))), pause.by)}
          </span>
          {allowed && (
            <button type="button" className="button button-plain" onClick={() => act((ward) => api.endPause(ward))}>
              {text.resume}
            </button>
          )}
        </>
      ) : (
        <>
          <span className={on ? 'pill' : 'pill pill-outline'}>{on ? text.on : text.offShort}</span>
          {allowed && (
            <button
              type="button"
              className="button button-plain sound-pause"
              title={text.pauseHelp}
              onClick={() => act((ward) => api.pause(ward, LONGEST_PAUSE_SECONDS))}
            >
              {text.pause}
            </button>
          )}
        </>
      )}
      <span role="alert" className={failed ? 'field-error' : ''}>
        {failed ? text.failed : ''}
      </span>
    </span>
  );
}

/** A browser gives no sound before a press. Until then the page says so, and any press will do. */
export function SoundBanner() {
  const alarm = useAlarm();
  const { on } = useAlarmState();
  if (!alarm || on) return null;
  return (
    <button type="button" className="sound-banner" onClick={() => alarm.unlock()}>
      <b>{text.offBanner}</b> <span>{text.offHelp}</span>
    </button>
  );
}
