import { describeAbuse } from '../../support/sandbox/abuse/abuse-suite';

describeAbuse('runsc');
