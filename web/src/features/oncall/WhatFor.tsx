import { useId } from 'react';
import { Choice, Field } from '../../ui/forms';
import { useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { ROLE_CHOICES, TIERS, useOwnWards } from './common';
import type { ScheduleDraft, Wrong } from './draft';

const text = words.schedules.editor;
const ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

interface Props {
  draft: ScheduleDraft;
  set(more: Partial<ScheduleDraft>): void;
  isNew: boolean;
  /** Null: not to be told yet. */
  wrong: Wrong | null;
}

/** Name, place, role, tier and time zone. Of a schedule that is there, place, role and tier stay. */
export function WhatFor({ draft, set, isNew, wrong }: Props) {
  const { wards } = useWards();
  const own = useOwnWards();
  const zones = useId();
  const hospital = [['', words.schedules.list.hospital] as const];
  const choices = [
    ...(own === null || !isNew ? hospital : []),
    ...(isNew ? (own ?? wards) : wards).map(({ id, name }) => [id, name] as const),
  ];
  // Who can take turns hangs on what it is for.
  const choose = (more: Partial<ScheduleDraft>): void =>
    set({ ...more, layers: draft.layers.map((one) => ({ ...one, members: [] })) });
  return (
    <section aria-label={text.what} className="schedule-what">
      <div className="form-columns">
        <Field
          label={text.name}
          hint={text.nameHint}
          value={draft.name}
          maxLength={100}
          autoComplete="off"
          error={wrong?.name ? text.wrong.name : ''}
          onChange={(event) => set({ name: event.target.value })}
        />
        <Field
          label={text.zone}
          hint={text.zoneHint}
          value={draft.zone}
          list={zones}
          autoComplete="off"
          error={wrong?.zone ? text.wrong.zone : ''}
          onChange={(event) => set({ zone: event.target.value })}
        />
        <datalist id={zones}>
          {ZONES.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </div>
      <div className="form-columns">
        <Choice
          label={text.ward}
          value={draft.ward}
          choose={(ward) => choose({ ward })}
          options={choices}
          disabled={!isNew}
        />
        <Choice
          label={text.role}
          value={draft.role}
          choose={(role) => choose({ role })}
          options={ROLE_CHOICES}
          disabled={!isNew}
        />
        <Choice
          label={text.tier}
          value={String(draft.tier)}
          choose={(tier) => choose({ tier: Number(tier) })}
          options={TIERS.map((one) => [String(one), String(one)] as const)}
          hint={text.tierHint}
          disabled={!isNew}
        />
      </div>
      {!isNew && <p className="field-hint">{text.fixed}</p>}
    </section>
  );
}
