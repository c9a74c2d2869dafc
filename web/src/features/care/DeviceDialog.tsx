import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Binding } from '../../api/patients';
import { age, timeOrDate } from '../../ui/format';
import { Confirm, Dialog, Field, FormDone, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { rethrow, shortWardOf, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';
import { CodeReader, cameraCanRead } from './camera';
import { answered, deviceOf, type Question, questionOf } from './question';

const text = words.patients.device;

/** What a patient wears: put on by scanning or typing, taken off. The server's questions are asked plainly, and nothing is done before a yes. */
export function DeviceDialog({ patient, close, changed }: CareDialogProps) {
  const api = usePatients();
  const action = useAction(words.patients.known);
  const form = useRef<HTMLFormElement>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [done, setDone] = useState('');
  const [off, setOff] = useState<string | null>(null);
  const worn = useQuery({
    queryKey: ['worn', patient.id],
    queryFn: ({ signal }) => api.worn(patient.id, signal),
    staleTime: 0,
  });
  const now = Date.now();
  const open = worn.data?.items.filter((one) => one.until === null || one.until > now) ?? [];
  const field = (): HTMLInputElement | null => form.current?.querySelector('input') ?? null;
  const settled = (said: string): void => {
    setDone(said);
    void worn.refetch();
    changed();
  };
  const bind = async (binding: Binding): Promise<void> => {
    setDone('');
    let asked: Question | null = null;
    const bound = await action.run(() =>
      api.bind(patient.id, binding).then(
        () => true,
        (error: unknown) => {
          asked = questionOf(error, binding);
          if (asked !== null) return false;
          void worn.refetch();
          return rethrow(error);
        },
      ),
    );
    setQuestion(asked);
    if (!bound) return field()?.select();
    const typed = field();
    if (typed) typed.value = '';
    settled(text.done(binding.device));
    typed?.focus();
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const device = deviceOf(fieldsOf(event.currentTarget)('device'));
    setQuestion(null);
    if (device) void bind({ device });
    else action.refuse(text.missing);
  };
  const no = (asked: Question): void => {
    setQuestion(null);
    action.refuse(text.sameNoHelp(asked.binding.device));
    field()?.focus();
  };
  return (
    <Dialog title={text.title(patient.name)} close={close}>
      {worn.isError && <p className="dialog-text">{text.failed}</p>}
      {worn.data && open.length === 0 && <p className="dialog-text">{text.none}</p>}
      <form ref={form} className="form" onSubmit={submit} noValidate>
        <Field label={text.label} name="device" hint={text.hint} autoComplete="off" maxLength={200} />
        <div className="form-buttons">
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.bind}
          </button>
          <Camera found={(code) => void bind({ device: deviceOf(code) })} />
        </div>
        <FormProblem>{question ? '' : action.problem}</FormProblem>
        <FormDone>{done}</FormDone>
      </form>
      {question && (
        <Ask
          question={question}
          name={patient.name}
          busy={action.busy}
          yes={(binding) => void bind(binding)}
          no={() => no(question)}
        />
      )}
      {open.length > 0 && (
        <ul className="worn">
          {open.map((one) => (
            <li key={`${one.device}/${one.from}`}>
              <span>
                <b>{text.on(one.device, timeOrDate(one.from, now))}</b>
                <small>
                  {one.lastReadingAt === null ? text.noReading : text.lastReading(timeOrDate(one.lastReadingAt, now))}
                </small>
              </span>
              <button type="button" className="button" onClick={() => setOff(one.device)}>
                {text.off}
                <span className="hidden-words"> {one.device}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {off !== null && (
        <Confirm
          title={text.offWhich(off)}
          help={text.offHelp}
          label={text.off}
          known={words.patients.known}
          act={() => api.unbind(patient.id, off).then(() => settled(text.tookOff(off)))}
          close={() => setOff(null)}
        />
      )}
    </Dialog>
  );
}

interface AskProps {
  question: Question;
  name: string;
  busy: boolean;
  yes(binding: Binding): void;
  no(): void;
}

function Ask({ question, name, busy, yes, no }: AskProps) {
  const { device } = question.binding;
  const { who, looking } = useWho(question.kind === 'elsewhere' ? question.patient : null);
  const binding = answered(question);
  const now = Date.now();
  if (question.kind === 'same') {
    const minutes = question.minutes === null ? '' : age(question.minutes * 60);
    const last = question.lastSeenAt === null ? words.none : timeOrDate(question.lastSeenAt, now);
    return (
      <section className="conflict" role="alert">
        <b>{text.same}</b>
        <p>{text.sameHelp(device, last, minutes)}</p>
        <div className="form-buttons">
          <button type="button" className="button button-press" disabled={busy} onClick={() => binding && yes(binding)}>
            {text.sameYes(name)}
          </button>
          <button type="button" className="button" onClick={no}>
            {text.sameNo}
          </button>
        </div>
      </section>
    );
  }
  if (!binding || !who)
    return (
      <section className="conflict" role="alert">
        {looking ? words.problem.loading : text.elsewhereHidden(device)}
      </section>
    );
  return (
    <section className="conflict" role="alert">
      <b>{text.elsewhere(device, who.place)}</b>
      <p>{text.elsewhereHelp}</p>
      <div className="form-buttons">
        <button type="button" className="button" disabled={busy} onClick={() => yes(binding)}>
          {text.take(who.name)}
        </button>
        <button type="button" className="button button-press" onClick={no}>
          {words.action.cancel}
        </button>
      </div>
    </section>
  );
}

/** The patient on whom the device is now; null as long as nobody is known, and where they are not to be seen. */
function useWho(patient: string | null): { who: { name: string; place: string } | null; looking: boolean } {
  const api = usePatients();
  const { wards } = useWards();
  const found = useQuery({
    queryKey: ['patient', patient],
    queryFn: ({ signal }) => api.patient(patient ?? '', signal),
    enabled: patient !== null,
    retry: 1,
  });
  if (!found.data) return { who: null, looking: found.isLoading };
  const { name, ward, bed } = found.data;
  const place = ward && bed ? `${name}, ${words.patients.place(shortWardOf(wards, ward), bed)}` : name;
  return { who: { name, place }, looking: false };
}

function Camera({ found }: { found(code: string): void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [on, setOn] = useState(false);
  const [failed, setFailed] = useState(false);
  const latest = useRef(found);
  latest.current = found;
  useEffect(() => {
    if (!on || !video.current) return;
    const reader = new CodeReader(video.current, (code) => {
      setOn(false);
      latest.current(code);
    });
    reader.start().catch(() => {
      setOn(false);
      setFailed(true);
    });
    return () => reader.stop();
  }, [on]);
  if (!cameraCanRead()) return null;
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          setFailed(false);
          setOn(!on);
        }}
      >
        {on ? text.cameraStop : text.camera}
      </button>
      <span role="status" className="field-hint">
        {failed ? text.cameraFailed : on ? text.cameraLook : ''}
      </span>
      {on && <video ref={video} className="camera" muted playsInline />}
    </>
  );
}
