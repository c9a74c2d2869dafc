import { NavLink } from 'react-router';
import { may } from '../../api/me';
import { useServices } from '../../ui/services';
import { PageState } from '../../ui/states';
import { words } from '../../ui/words';
import { Duties } from './Duties';
import { OnCall } from './OnCall';
import { ScheduleEditor } from './ScheduleEditor';
import { Schedules } from './Schedules';
import './oncall.css';
import './schedules.css';

const text = words.schedules;

/** Who is on duty, the schedules behind it, and what people are on duty as. */
export function OnCallSections({ section, id }: { section: string | undefined; id: string | undefined }) {
  const { user } = useServices();
  const manages = may(user, 'oncall.manage');
  const sections = ['', ...(manages ? ['schedules'] : []), 'duties'];
  const here = section ?? '';
  return (
    <>
      <nav className="section-nav" aria-label={text.nav}>
        {sections.map((one) => (
          <NavLink key={one} to={one ? `/oncall/${one}` : '/oncall'} end={one === ''}>
            {text.sections[one]}
          </NavLink>
        ))}
      </nav>
      {here === '' ? (
        <OnCall />
      ) : (
        <main id="content" className="sheet oncall-admin" tabIndex={-1}>
          {sections.includes(here) ? (
            <Content section={here} id={id} />
          ) : (
            <PageState>
              <p>{here === 'schedules' ? words.problem.forbidden : words.problem.noPage}</p>
            </PageState>
          )}
        </main>
      )}
    </>
  );
}

function Content({ section, id }: { section: string; id: string | undefined }) {
  if (section === 'duties') return <Duties />;
  return id ? <ScheduleEditor key={id} id={id} /> : <Schedules />;
}
