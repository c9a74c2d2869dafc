import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { Alert } from '../../live/alertTypes';
import type { CareStore } from '../../live/careStore';
import { useAlarm } from '../../ui/alarm';
import { useCareFeed } from '../../ui/care';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { shownToasts, stillShown, type Toast, toastOf, withToast } from './toasts';
import './alarm.css';

const text = words.alerts;
const STEP_MS = 1_000;

const placeOf = (alert: Alert): string => (alert.bed === null ? alert.name : text.toast.bed(alert.bed));

/** What has just come, at once and wherever the reader is. It never takes the focus, and is reached after everything else. */
export function Toasts() {
  const feed = useCareFeed();
  return feed ? <Shown store={feed.store} /> : null;
}

function Shown({ store }: { store: CareStore }) {
  const alarm = useAlarm();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const held = useRef(false);
  const { wards: known } = useWards();
  const wards = useRef(known);
  wards.current = known;
  useEffect(() => {
    const now = (): number => store.clock.now();
    const clear = (): void => {
      // Nothing goes from under the pointer or the focus.
      if (!held.current) setToasts((before) => stillShown(before, store.snapshot().alerts, now()));
    };
    const timer = setInterval(clear, STEP_MS);
    const ends = [
      store.subscribe(clear),
      store.hear((news) => {
        if (news.kind === 'alert' && alarm && !alarm.inSight(news.alert.ward)) return;
        const known = wards.current;
        const wardOf = (ward: string | null): string =>
          ward === null || known.length < 2 ? '' : shortWardOf(known, ward);
        setToasts((before) => withToast(before, toastOf(news, now(), { placeOf, wardOf })));
      }),
    ];
    return () => {
      clearInterval(timer);
      for (const end of ends) end();
    };
  }, [store, alarm]);
  const { shown, more } = shownToasts(toasts);
  const hold = (holds: boolean) => (): void => {
    held.current = holds;
  };
  const rows = (of: readonly Toast[]) =>
    of.map((one) => (
      <ToastRow key={one.id} toast={one} close={() => setToasts((all) => all.filter((each) => each.id !== one.id))} />
    ));
  return (
    <section
      className="toasts"
      aria-label={text.toast.label}
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
    >
      <div role="alert">{rows(shown.filter((one) => one.priority === 'high'))}</div>
      <div role="status">
        {rows(shown.filter((one) => one.priority !== 'high'))}
        {more > 0 && (
          <Link className="toast-more" to="/alerts">
            {text.toast.more(more)}
          </Link>
        )}
      </div>
    </section>
  );
}

function ToastRow({ toast, close }: { toast: Toast; close(): void }) {
  const { look, title, where, text: said, to, worse } = toast;
  const { sign, name } = text.look[look];
  const content = (
    <>
      <span aria-hidden="true">{sign} </span>
      <span className="hidden-words">{name}: </span>
      {where && <b>{text.toast.in(where)} </b>}
      {/* A sentence that begins with it needs no title. */}
      {!said.startsWith(title) && <b>{title} </b>}
      <span>
        {worse && text.toast.worse}
        {said}
      </span>
    </>
  );
  return (
    <div className={`toast strip-${look}`}>
      {to === null ? (
        <span className="toast-text">{content}</span>
      ) : (
        <Link className="toast-text" to={to} onClick={close}>
          {content}
        </Link>
      )}
      <button type="button" className="toast-close" onClick={close}>
        <span aria-hidden="true">✕</span>
        <span className="hidden-words">
          {text.toast.close}: {title}
        </span>
      </button>
    </div>
  );
}
