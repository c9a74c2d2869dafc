import { describe, expect, test } from 'vitest';
import type { DutyStaff, Schedule } from '../../api/oncall';
import {
  candidates,
  differs,
  draftOf,
  moved,
  newLayer,
  newRestriction,
  rulesOf,
  type ScheduleDraft,
  wrongIn,
} from './draft';

const schedule: Schedule = {
  id: 's',
  name: 'Nurses, ward 1',
  ward: 'ward-1',
  role: 'nurse',
  tier: 1,
  zone: 'Europe/Berlin',
  version: 3,
  endedAt: null,
  layers: [
    {
      rotation: 'custom',
      length: 12,
      unit: 'hours',
      handOver: '07:00',
      start: '2026-01-05',
      members: [
        { id: 'a', name: 'A' },
        { id: 'b', name: null },
      ],
      restrictions: [{ days: ['mon'], from: '23:00', until: '07:00' }],
    },
  ],
};
const with1 = (more: Partial<ScheduleDraft['layers'][number]>): ScheduleDraft => {
  const draft = draftOf(schedule);
  return { ...draft, layers: draft.layers.map((one) => ({ ...one, ...more })) };
};

describe('a schedule while it is entered', () => {
  test('goes back to the server as it came, members in their order', () => {
    const [layer] = schedule.layers;
    expect(rulesOf(draftOf(schedule))).toEqual({
      name: 'Nurses, ward 1',
      zone: 'Europe/Berlin',
      layers: [{ ...layer, members: ['a', 'b'] }],
    });
    expect(wrongIn(draftOf(schedule)).any).toBe(false);
    expect(differs(draftOf(schedule), draftOf(schedule))).toBe(false);
    expect(differs(draftOf(schedule), with1({ handOver: '08:00' }))).toBe(true);
    expect(differs(draftOf(schedule), { ...draftOf(schedule), tier: 2 })).toBe(true);
  });

  test('a length is sent of custom turns alone', () => {
    const [layer] = rulesOf(with1({ rotation: 'weekly' })).layers;
    expect([layer?.length, layer?.unit]).toEqual([null, null]);
  });

  test('says what is missing, each where it is', () => {
    expect(wrongIn({ ...draftOf(schedule), name: ' ' })).toMatchObject({ name: true, any: true });
    expect(wrongIn({ ...draftOf(schedule), zone: 'Berlin' })).toMatchObject({ zone: true, any: true });
    expect(wrongIn({ ...draftOf(schedule), layers: [newLayer('2026-11-23')] }).layers[0]).toMatchObject({
      members: true,
    });
    for (const length of ['0', '745', '1.5', 'x', '']) expect(wrongIn(with1({ length })).layers[0]?.length).toBe(true);
    expect(wrongIn(with1({ length: '32', unit: 'days' })).layers[0]?.length).toBe(true);
    expect(wrongIn(with1({ length: 'x', rotation: 'daily' })).any).toBe(false);
    expect(wrongIn(with1({ handOver: '' })).layers[0]?.handOver).toBe(true);
    expect(wrongIn(with1({ start: '' })).layers[0]?.start).toBe(true);
    const empty = { ...newRestriction(), days: [], until: '' };
    expect(wrongIn(with1({ restrictions: [empty] }))).toMatchObject({
      any: true,
      layers: [{ restrictions: [{ days: true, times: true }] }],
    });
  });

  test('takes members from those who have the duty in its tier and for its ward', () => {
    const person = (id: string, tier: number, wards: string[] | null, disabled = false): DutyStaff => ({
      id,
      name: id,
      role: 'nurse',
      wards: [],
      disabled,
      duties: [{ role: 'nurse', tier, wards }],
      channels: [],
      version: 1,
    });
    const staff = [
      person('here', 1, ['ward-1']),
      person('all', 1, null),
      person('there', 1, ['ward-2']),
      person('second', 2, null),
      person('off', 1, null, true),
    ];
    expect(candidates(staff, draftOf(schedule)).map(({ id }) => id)).toEqual(['here', 'all']);
    expect(candidates(staff, { ...draftOf(schedule), ward: '' }).map(({ id }) => id)).toEqual(['all']);
  });

  test('somebody goes one place up or down, and never out of the list', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });
});
