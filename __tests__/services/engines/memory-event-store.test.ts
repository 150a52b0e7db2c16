import { MemoryEventStore } from '../../../services/engines/memory-event-store';
import { eventStoreConformance } from '../../support/engines/event-store-conformance';

const shared = new MemoryEventStore();
eventStoreConformance('the memory', async () => shared);
