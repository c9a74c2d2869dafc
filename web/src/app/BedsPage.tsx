import { useEffect } from 'react';
import { BedMap } from '../features/beds/BedMap';
import { useFilters } from '../ui/filters';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { PageState } from '../ui/states';
import { useWards } from '../ui/usePatients';
import { words } from '../ui/words';
import { ALL } from './all';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';
import { place } from './place';

const text = words.patients.beds;

/** The bed map of one ward; which one stands in the address. */
export default function BedsPage() {
  const phone = useIsPhone();
  const allowed = useMay('patients.read');
  const { values, set } = useFilters(['ward']);
  const { wards, loading } = useWards();
  const before = place.ward !== null && place.ward !== ALL ? place.ward : null;
  const ward = values.ward || before || wards[0]?.id || '';
  useEffect(() => {
    // The address says which ward is shown, so that it can be sent to a colleague.
    if (ward && !values.ward) set({ ward });
  });
  const name = wards.find((one) => one.id === ward)?.name ?? ward;
  useTitle(`${text.title} · ${name} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={text.title}>
        {allowed && wards.length > 0 && (
          <select
            className="pick"
            aria-label={text.ward}
            value={ward}
            onChange={(event) => set({ ward: event.target.value })}
          >
            {wards.every((one) => one.id !== ward) && <option value={ward}>{ward}</option>}
            {wards.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </PageBar>
      {allowed ? (
        <main id="content" className="sheet" tabIndex={-1}>
          {ward ? (
            <BedMap key={ward} ward={ward} />
          ) : (
            !loading && (
              <PageState>
                <p>{text.noWards}</p>
              </PageState>
            )
          )}
        </main>
      ) : (
        <NotAllowed />
      )}
      {phone && <BottomNav />}
    </div>
  );
}
