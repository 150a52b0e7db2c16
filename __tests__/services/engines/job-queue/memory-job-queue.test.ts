import { MemoryJobQueue } from '../../../../services/engines/job-queue/memory';
import { jobQueueConformance } from '../../../kit/engines/job-queue-conformance';

jobQueueConformance('the memory', async () => new MemoryJobQueue());
