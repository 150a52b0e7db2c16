import { describeAbuse } from '../../kit/sandbox/abuse/abuse-suite';

describeAbuse('spawner');
