import { MemoryEventStore } from '../../../../services/engines/event-store/memory/memory-event-store';
import { eventStoreConformance } from '../../../kit/engines/event-store-conformance';

const shared = new MemoryEventStore();
eventStoreConformance('the memory', async () => shared);
