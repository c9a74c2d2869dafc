import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Version } from '../../api/http';
import type { PatientEntry } from '../../api/patientShapes';
import { ApiProblem, isOvertaken } from '../../api/problem';
import { type Action, useAction } from '../../ui/forms';
import { type Change, changesOf } from '../../ui/identity';
import { rethrow, shortWardOf, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';

const text = words.patients;

export interface Conflict {
  changes: Change[];
  /** The record as it is now, on which the next attempt is decided. */
  now: PatientEntry;
}

export interface VersionedChange {
  action: Action;
  conflict: Conflict | null;
  /** The record that the form is about: as it was opened, or as somebody else has left it since. */
  base: PatientEntry;
  run(act: (version: Version) => Promise<PatientEntry>): Promise<PatientEntry | null>;
}

/**
 * A change of a record that somebody else may have changed meanwhile: then nothing is done, what they changed is shown, and the next
 * attempt is made on what is there now.
 */
export function useChange(patient: PatientEntry, changed: () => void): VersionedChange {
  const api = usePatients();
  const client = useQueryClient();
  const { wards } = useWards();
  const action = useAction(text.known);
  const [base, setBase] = useState(patient);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const keep = (now: PatientEntry): void => {
    client.setQueryData(['patient', now.id], now);
  };
  const run: VersionedChange['run'] = async (act) => {
    setConflict(null);
    const done = await action.run(() =>
      act(base.version).catch(async (error: unknown) => {
        if (error instanceof ApiProblem && error.type === 'bed-occupied')
          void client.invalidateQueries({ queryKey: ['beds'] });
        if (!isOvertaken(error)) {
          void client.invalidateQueries({ queryKey: ['patient', base.id] });
          return rethrow(error);
        }
        const now = await api.patient(base.id);
        keep(now);
        setBase(now);
        setConflict({ now, changes: changesOf(base, now, (id) => shortWardOf(wards, id)) });
        throw error;
      }),
    );
    if (!done) return null;
    keep(done);
    setBase(done);
    for (const key of ['patients', 'beds', 'everybody']) void client.invalidateQueries({ queryKey: [key] });
    // The record too: an answer that was on its way before the change would take it back.
    for (const key of ['patient', 'encounters', 'worn']) void client.invalidateQueries({ queryKey: [key, done.id] });
    changed();
    return done;
  };
  return { action, conflict, base, run };
}

export function ConflictNotice({ conflict, help = text.conflict.gone }: { conflict: Conflict | null; help?: string }) {
  return (
    <div role="alert">
      {conflict && (
        <div className="conflict">
          <b>{text.conflict.title}</b>
          <ul>
            {conflict.changes.length === 0 && <li>{text.conflict.nothing}</li>}
            {conflict.changes.map(({ what, before, now }) => (
              <li key={what}>{text.conflict.change(what, before, now)}</li>
            ))}
          </ul>
          {help}
        </div>
      )}
    </div>
  );
}
