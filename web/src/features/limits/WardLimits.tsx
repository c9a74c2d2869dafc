import { useState } from 'react';
import { may } from '../../api/me';
import { useFilters } from '../../ui/filters';
import { Choice, FormDone } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { PageState } from '../../ui/states';
import { useUnsaved } from '../../ui/Unsaved';
import { useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Limits } from './Editor';

const text = words.alerts.limitsEditor;

/** What counts for the patients of a ward who have no limits of their own. */
export function WardLimits() {
  const { user } = useServices();
  const { wards, loading } = useWards();
  const filters = useFilters(['ward'] as const);
  // Who works on wards sees the limits of those, and of no other.
  const own = user.wards.length > 0 ? wards.filter((ward) => user.wards.some(({ id }) => id === ward.id)) : wards;
  const ward = own.find(({ id }) => id === filters.values.ward) ?? own[0];
  return (
    <main id="content" className="sheet ward-limits" tabIndex={-1}>
      {ward ? (
        <>
          <Choice
            label={text.ward}
            value={ward.id}
            choose={(chosen) => filters.set({ ward: chosen })}
            options={own.map(({ id, name }) => [id, name] as const)}
          />
          {!may(user, 'alerts.limits') && <p className="soft">{text.readOnly}</p>}
          <OfWard key={ward.id} ward={ward} />
        </>
      ) : (
        !loading && (
          <PageState>
            <p>{text.noWard}</p>
          </PageState>
        )
      )}
    </main>
  );
}

function OfWard({ ward }: { ward: { id: string; name: string } }) {
  // A new form after each saving: it begins with what is in force now.
  const [round, setRound] = useState(0);
  const [dirty, setDirty] = useState(false);
  return (
    <>
      <FormDone>{round > 0 && !dirty ? text.done : ''}</FormDone>
      <Form
        key={round}
        ward={ward}
        dirty={dirty}
        edited={setDirty}
        done={() => {
          setDirty(false);
          setRound(round + 1);
        }}
      />
    </>
  );
}

interface FormProps {
  ward: { id: string; name: string };
  dirty: boolean;
  edited(dirty: boolean): void;
  done(): void;
}

function Form({ ward, dirty, edited, done }: FormProps) {
  const unsaved = useUnsaved(dirty);
  return (
    <>
      <Limits of="wards" id={ward.id} name={ward.name} edited={edited} done={done} unsaved={unsaved} />
      {unsaved.question}
    </>
  );
}
