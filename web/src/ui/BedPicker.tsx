import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Place } from '../api/patientShapes';
import { Choice } from './forms';
import { usePatients, useWards } from './usePatients';
import { words } from './words';

const text = words.patients.fields;

/** A ward, and one of its free beds; null as long as not both are chosen. */
export interface Picked {
  ward: string;
  bed: string;
}

export const placeOf = ({ ward, bed }: Picked): Place | null => (ward && bed ? { ward, bed } : null);

interface BedPickerProps {
  picked: Picked;
  pick(picked: Picked): void;
  /** Whether no bed at all is an answer. */
  optional?: boolean;
  error?: string | undefined;
}

export function BedPicker({ picked, pick, optional = false, error }: BedPickerProps) {
  const api = usePatients();
  const { wards } = useWards();
  const beds = useQuery({
    queryKey: ['beds', picked.ward],
    queryFn: ({ signal }) => api.beds(picked.ward, signal),
    enabled: picked.ward !== '',
    staleTime: 0,
  });
  const free = (beds.data ?? []).filter((one) => one.patient === null).map((one) => one.bed);
  // A bed that was taken while the form stood open is not offered any longer, and not sent either.
  const gone = beds.data !== undefined && picked.bed !== '' && !free.includes(picked.bed);
  useEffect(() => {
    if (gone) pick({ ward: picked.ward, bed: '' });
  }, [gone, pick, picked.ward]);
  const state = beds.isError ? text.bedsFailed : beds.data ? text.free(free.length) : text.bedsLoading;
  return (
    <div className="form-columns">
      <Choice
        label={text.ward}
        value={picked.ward}
        choose={(ward) => pick({ ward, bed: '' })}
        options={[['', optional ? text.nowhere : text.noWard], ...wards.map((one) => [one.id, one.name] as const)]}
        error={picked.ward === '' ? error : undefined}
      />
      {picked.ward !== '' && (
        <Choice
          label={text.bed}
          value={gone ? '' : picked.bed}
          choose={(chosen) => pick({ ward: picked.ward, bed: chosen })}
          options={[['', text.noBed], ...free.map((one) => [one, one] as const)]}
          disabled={free.length === 0}
          hint={state}
          error={error}
        />
      )}
    </div>
  );
}
