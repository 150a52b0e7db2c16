import { JOB_OUTCOMES } from '../../../contracts/outcomes';
import { errorEventSchema, exitReasonSchema } from '../../../services/protocol/events';

// Modules import no service, so the names stand in both.
it('names the ends of jobs as the protocol does', () => {
  expect([...JOB_OUTCOMES]).toEqual([...exitReasonSchema.options, ...errorEventSchema.shape.code.options]);
});
