import { MemoryJobQueue } from '../../../services/engines/memory-job-queue';
import { jobQueueConformance } from '../../support/engines/job-queue-conformance';

jobQueueConformance('the memory', async () => new MemoryJobQueue());
