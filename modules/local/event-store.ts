import { Construct } from 'constructs';
import { resolveEventStoreProps, type EventStoreProps, type IEventStore } from '../event-store/event-store';

/** The memory of the program that uses it, or a Redis that runs already. Size, replicas and tags have no meaning here. */
export class LocalEventStore extends Construct implements IEventStore {
  constructor(
    scope: Construct,
    id: string,
    props: EventStoreProps,
    readonly url: string,
  ) {
    super(scope, id);
    resolveEventStoreProps(props);
  }
}
