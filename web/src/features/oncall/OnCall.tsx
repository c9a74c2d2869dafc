import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { may } from '../../api/me';
import { useNow } from '../../ui/care';
import { useFilters } from '../../ui/filters';
import { timeOrDate } from '../../ui/format';
import { Choice } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Calendars } from './Calendars';
import { Coverage } from './Coverage';
import { OverrideDialog, SwapDialog } from './changes';
import { roleName, roleWords, useOnCallApi } from './common';
import { Feed } from './Feed';
import { Overrides } from './Overrides';
import { Swaps } from './Swaps';
import { type DutyGroup, groupsOf } from './week';

const text = words.oncall;
const FILTERS = ['duty', 'ward'] as const;
const NOW_MS = 30_000;

/** Who is on duty: now, this week, and whether everybody would be reached. */
export function OnCall() {
  const api = useOnCallApi();
  const { user } = useServices();
  const { wards } = useWards();
  const filters = useFilters(FILTERS);
  const [open, setOpen] = useState<'override' | 'swap' | null>(null);
  const schedules = useQuery({ queryKey: ['schedules'], queryFn: ({ signal }) => api.schedules(signal) });
  if (schedules.isError)
    return (
      <main id="content" className="sheet" tabIndex={-1}>
        <ProblemState error={schedules.error} retry={() => void schedules.refetch()} />
      </main>
    );
  const groups = groupsOf(schedules.data ?? []);
  const group = groups.find((one) => one.key === filters.values.duty) ?? groups[0];
  const manages = may(user, 'oncall.manage');
  const wardName = (id: string | null): string => (id === null ? '' : shortWardOf(wards, id));
  return (
    <main id="content" className="sheet oncall" tabIndex={-1}>
      <Now />
      {!schedules.data && <SkeletonRows />}
      {schedules.data && !group && (
        <PageState>
          <p>{text.none}</p>
        </PageState>
      )}
      {group && (
        <section aria-label={text.schedule}>
          <div className="tools">
            <Choice
              label={text.schedule}
              value={group.key}
              choose={(duty) => filters.set({ duty })}
              options={groups.map((one) => [one.key, nameOf(one, wardName)] as const)}
            />
            <span className="grow" />
            {manages && (
              <>
                <button type="button" className="button" onClick={() => setOpen('override')}>
                  {text.override}
                </button>
                <button type="button" className="button" onClick={() => setOpen('swap')}>
                  {text.swap}
                </button>
              </>
            )}
            <Feed schedules={group.schedules} />
          </div>
          <Calendars key={group.key} group={group} name={nameOf(group, wardName)} />
          <Overrides schedules={group.schedules} manages={manages} />
          <Swaps schedules={group.schedules} manages={manages} />
        </section>
      )}
      <Coverage
        ward={filters.values.ward || (wards[0]?.id ?? '')}
        wards={wards}
        choose={(ward) => filters.set({ ward })}
      />
      {open === 'override' && group && <OverrideDialog schedules={group.schedules} close={() => setOpen(null)} />}
      {open === 'swap' && group && <SwapDialog schedules={group.schedules} close={() => setOpen(null)} />}
    </main>
  );
}

function nameOf({ ward, role }: DutyGroup, wardName: (id: string | null) => string): string {
  const name = roleName(role);
  return ward === null ? name : `${name}, ${wardName(ward)}`;
}

/** Who is on duty at this moment, and where nobody is. */
function Now() {
  const api = useOnCallApi();
  const { wards } = useWards();
  const at = useNow();
  const now = useQuery({
    queryKey: ['duty-now'],
    queryFn: ({ signal }) => api.now(signal),
    refetchInterval: NOW_MS,
  });
  return (
    <section className="oncall-now" aria-labelledby="oncall-now">
      <h2 id="oncall-now">{text.now}</h2>
      {now.isError && <p role="alert">{text.failed}</p>}
      {now.data && now.data.items.length === 0 && <p>{text.nowNone}</p>}
      <ul>
        {now.data?.gaps.map((one) => (
          <li key={`gap/${one.ward}/${one.role}/${one.tier}`} className="oncall-hole">
            ● {text.gapNow(roleWords(one.role), one.tier, one.ward === null ? '' : shortWardOf(wards, one.ward))}
          </li>
        ))}
        {now.data?.items.map((one) => (
          <li key={`${one.ward}/${one.role}/${one.tier}/${one.person.id}/${one.from}`}>
            <b>{one.person.name ?? text.nobody}</b>
            <span>
              {roleWords(one.role)}, {text.tier(one.tier).toLowerCase()}
              {one.ward !== null && `, ${shortWardOf(wards, one.ward)}`}
            </span>
            <span className="soft">
              {text.until(timeOrDate(one.until, at))}
              {text.source[one.source] ? ` · ${text.source[one.source]}` : ''}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
