import { Respond } from '../features/respond/Respond';
import type { Respond as Request } from '../ui/services';

interface Props {
  request: Request | null;
  said: string;
  open(request: Request): void;
  close(): void;
  done(said: string): void;
}

/** What is asked before something is done about an alert, and what was done: said wherever the reader is. */
export function RespondDialog({ request, said, open, close, done }: Props) {
  return (
    <>
      {request && <Respond key={request.deed} request={request} close={close} done={done} open={open} />}
      <div role="status">{said && <p className="said">{said}</p>}</div>
    </>
  );
}
