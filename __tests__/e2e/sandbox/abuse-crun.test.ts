import { describeAbuse } from '../../support/sandbox/abuse-suite';

describeAbuse('crun');
