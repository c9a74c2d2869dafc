import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { may } from '../api/me';
import type { Dashboard, PatientRecord } from '../live/types';
import { useServices } from '../ui/services';
import { words } from '../ui/words';
import { findPatients } from './findPatients';

const MOST_ROWS = 8;

/** Finds a patient by name, bed or record number among those the reader may see. Arrows choose, Enter opens. */
export function FindDialog({ open, close }: { open: boolean; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) {
      dialog.current?.showModal();
      // The browser would focus the first thing it finds, which closes the dialog again.
      dialog.current?.querySelector('input')?.focus();
    } else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" onClose={() => open && close()} aria-labelledby="find-title">
      {open && <Find close={close} />}
    </dialog>
  );
}

function Find({ close }: { close(): void }) {
  const { api, user, openEmergency } = useServices();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const everybody = useQuery({
    queryKey: ['everybody'],
    queryFn: ({ signal }) => api.dashboard(null, signal),
    staleTime: 20_000,
  });

  const found = everybody.data ? findPatients(everybody.data, text).slice(0, MOST_ROWS) : [];
  const active = Math.min(chosen, found.length - 1);
  const go = (record: PatientRecord): void => {
    close();
    void navigate(`/patient/${encodeURIComponent(record.id)}`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setChosen(Math.min(found.length - 1, Math.max(0, active + (event.key === 'ArrowDown' ? 1 : -1))));
    }
    const record = found[active];
    if (event.key === 'Enter' && record) {
      event.preventDefault();
      go(record);
    }
  };
  return (
    <>
      <div className="dialog-head">
        <h2 id="find-title">{words.find.title}</h2>
        <button type="button" className="button button-plain" onClick={close}>
          {words.find.close} <span className="key">Esc</span>
        </button>
      </div>
      <label className="field">
        {words.find.label}
        <input
          className="input"
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="find-rows"
          aria-activedescendant={found[active] ? `find-row-${active}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={words.find.hint}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div id="find-rows" role="listbox" aria-label={words.find.title} className="find-rows">
        {found.map((record, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the field, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={record.id}
            id={`find-row-${index}`}
            role="option"
            aria-selected={index === active}
            className="find-row"
            onClick={() => go(record)}
          >
            <b>{record.name}</b>
            <span>{everybody.data && place(everybody.data, record)}</span>
          </div>
        ))}
      </div>
      <p role="status" className="find-state">
        {everybody.isError
          ? words.find.failed
          : everybody.isPending
            ? words.find.loading
            : found.length === 0 && text
              ? words.find.none
              : ''}
      </p>
      <Link
        className="button find-all"
        to={`/patients${text.trim() ? `?search=${encodeURIComponent(text.trim())}` : ''}`}
        onClick={close}
      >
        {words.find.all}
      </Link>
      {may(user, 'breakglass.use') && (
        <button type="button" className="button find-emergency" onClick={openEmergency}>
          {words.emergency.offer}
        </button>
      )}
    </>
  );
}

function place(dashboard: Dashboard, record: PatientRecord): string {
  const ward = dashboard.wards.find((one) => one.id === record.ward)?.name.split(' · ')[0] ?? record.ward;
  return words.find.row(ward, record.bed);
}
