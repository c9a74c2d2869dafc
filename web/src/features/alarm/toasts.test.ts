import { describe, expect, test } from 'vitest';
import type { Alert } from '../../live/alertTypes';
import { alertOf } from '../../live/testing';
import { shownToasts, stillShown, type Toast, toastOf, withToast } from './toasts';

const place = { placeOf: ({ bed }: Alert): string => `bed ${bed}`, wardOf: (ward: string | null) => ward ?? '' };
const of = (alert: Alert, at = 0): Toast => toastOf({ kind: 'alert', alert, worse: false }, at, place);

describe('toasts', () => {
  test('lead to the work, or else to the patient, or else to the list', () => {
    expect(of(alertOf('a', { incident: 'i1' })).to).toBe('/incidents/i1');
    expect(of(alertOf('a')).to).toBe('/patient/p1');
    expect(of(alertOf('a', { patient: null })).to).toBe('/alerts');
  });

  test('high stays until it is over or acknowledged; medium and low go by themselves', () => {
    const alerts = [alertOf('h'), alertOf('m', { priority: 'medium' }), alertOf('l', { priority: 'low' })];
    const toasts = alerts.map((one) => of(one));
    const ids = (at: number, standing = alerts) => stillShown(toasts, standing, at).map((one) => one.id);
    expect(ids(5_000)).toEqual(['a/h', 'a/m', 'a/l']);
    expect(ids(10_000)).toEqual(['a/h', 'a/m']);
    expect(ids(3_600_000)).toEqual(['a/h']);
    expect(ids(1, [alertOf('h', { acknowledged: true })])).toEqual([]);
    expect(ids(1, [])).toEqual([]);
  });

  test('three are shown, the most urgent first; the others are counted', () => {
    const toasts = [
      of(alertOf('l', { priority: 'low' }), 5),
      of(alertOf('h1'), 1),
      of(alertOf('m', { priority: 'medium' }), 4),
      of(alertOf('h2'), 2),
    ];
    const { shown, more } = shownToasts(toasts);
    expect(shown.map((one) => one.id)).toEqual(['a/h2', 'a/h1', 'a/m']);
    expect(more).toBe(1);
  });

  test('a call and the alert that it is about are one toast, whichever comes first; another alert of the patient is not', () => {
    const call: Toast = {
      ...of(alertOf('x')),
      id: 'n/1',
      title: 'Low oxygen saturation, bed 1',
      to: '/incidents/i1',
      call: true,
      from: 1000,
    };
    const merged = [{ ...of(alertOf('a')), to: '/incidents/i1' }];
    expect(withToast([of(alertOf('a'))], call)).toEqual(merged);
    expect(withToast([{ ...call, from: 0 }], of(alertOf('a'), 1000))).toEqual(merged);
    expect(withToast([of(alertOf('a'))], of(alertOf('b'), 500))).toHaveLength(2);
    expect(withToast([of(alertOf('a'))], { ...call, from: 60_000 })).toHaveLength(2);
    expect(stillShown([call], [], 130_000)).toEqual([]);
  });

  test('say in which ward, as the page names it', () => {
    expect(of(alertOf('a', { ward: 'ward-2' }))).toMatchObject({
      where: 'ward-2',
      title: expect.stringMatching(/^bed/),
    });
  });

  test('the same alert again takes the place of what was said of it', () => {
    expect(withToast([of(alertOf('a')), of(alertOf('b'))], of(alertOf('b'), 7)).map((one) => one.from)).toEqual([7, 0]);
  });
});
