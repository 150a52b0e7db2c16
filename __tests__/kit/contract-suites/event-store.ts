import type { Cloud } from '../../../modules/props/cloud';
import { makePlayground, type PlaygroundChange } from '../synthesize/playground';
import { newScope } from './scope';
import { refusedProp } from './refused-prop';

const WRONG: readonly [string, PlaygroundChange['eventStore']][] = [
  ['size', { size: 'huge' as 'large' }],
  ['replicas', { replicas: 6 }],
  ['replicas', { replicas: 0.5 }],
];

/** What an event store does, wherever it is. */
export function eventStoreContract(cloud: Cloud): void {
  describe(`the contract of an event store on ${cloud}`, () => {
    const { platform, playground } = makePlayground(newScope(cloud), cloud);

    it('has a URL that programs open', () => {
      expect(playground.eventStore.url).toMatch(cloud === 'local' ? /^memory:$/ : /^rediss:\/\//);
    });

    it.each(['Store', 'a-name-that-is-too-long', 'playground-store'])(
      'refuses the id %s, for its form or as taken',
      (id) => {
        expect(refusedProp(() => platform.eventStore(id))).toBe('id');
      },
    );

    it.each(WRONG)('refuses a wrong %s by its name', (prop, eventStore) => {
      expect(refusedProp(() => makePlayground(newScope(cloud), cloud, { eventStore }))).toBe(prop);
    });
  });
}
