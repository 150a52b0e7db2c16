import { engineSettings } from '../../../contracts/engine-settings';
import { gatewaySettings } from '../../../contracts/gateway-settings';
import { runnerSettings } from '../../../contracts/runner-settings';
import type { SettingTable } from '../../../contracts/setting';
import type { Cloud } from '../../../modules/props/cloud';
import { isKnown } from '../../../modules/props/known';
import { makePlayground, runnerOf, type PlaygroundChange } from '../synthesize/playground';
import { newScope } from './scope';
import { refusedProp } from './refused-prop';

const WRONG: readonly [string, PlaygroundChange][] = [
  ['capacity.maxInstances', { fleet: { capacity: { minInstances: 5, maxInstances: 4 } } }],
  ['capacity.maxInstances', { fleet: { capacity: { onDemandInstances: 5, maxInstances: 4 } } }],
  ['capacity.minInstances', { fleet: { capacity: { minInstances: -1 } } }],
  ['capacity.slotsPerInstance', { fleet: { capacity: { slotsPerInstance: 0 } } }],
  ['scaling.meanJobSeconds', { fleet: { scaling: { meanJobSeconds: 0 } } }],
  ['scaling.utilizationPercent', { fleet: { scaling: { utilizationPercent: 101 } } }],
  ['maximumJobSeconds', { fleet: { maximumJobSeconds: 5 } }],
  ['maximumDeliveries', { fleet: { maximumDeliveries: 4 } }],
  ['warmSandboxes', { fleet: { warmSandboxes: 101 } }],
  ['drainSeconds', { fleet: { drainSeconds: -1 } }],
  ['hotLanguages[0]', { fleet: { hotLanguages: ['Python'] } }],
  ['hotLanguages[1]', { fleet: { hotLanguages: ['lua', 'pyhton'], languages: ['python', 'lua'] } }],
  ['queueRetentionSeconds', { fleet: { maximumJobSeconds: 600, queueRetentionSeconds: 1200 } }],
  ['logRetentionDays', { fleet: { logRetentionDays: 2 } }],
  ['alarms.oldestWaitSeconds', { fleet: { alarms: { oldestWaitSeconds: 1 } } }],
];

/** What a fleet does, wherever it is. */
export function sandboxFleetContract(cloud: Cloud): void {
  describe(`the contract of a fleet on ${cloud}`, () => {
    const { platform, playground } = makePlayground(newScope(cloud), cloud);
    const { gatewayEnvironment } = playground.fleet;

    it('tells gateways the queue, the event store, the slots and the longest job, as the programs read them', () => {
      expect(gatewayEnvironment).toMatchObject({
        SANDPIPER_QUEUE: expect.any(String),
        SANDPIPER_EVENTS: playground.eventStore.url,
        SANDPIPER_SLOTS: expect.any(String),
        SANDPIPER_DEADLINE_SECONDS: '300',
      });
      const tables: readonly SettingTable[] = [engineSettings, gatewaySettings, runnerSettings];
      const rows = new Map(tables.flatMap((table) => Object.values(table)).map((row) => [row.name, row]));
      for (const [name, value] of Object.entries(gatewayEnvironment)) {
        // What the SDK of a cloud reads itself.
        if (name.startsWith('AWS_')) continue;
        expect([...rows.keys()]).toContain(name);
        if (isKnown(value)) expect([name, rows.get(name)!.parse(value)]).not.toEqual([name, undefined]);
      }
    });

    it('tells gateways of a longer job', () => {
      const { playground: long } = makePlayground(newScope(cloud), cloud, { fleet: { maximumJobSeconds: 1800 } });
      expect(long.fleet.gatewayEnvironment.SANDPIPER_DEADLINE_SECONDS).toBe('3660');
    });

    it('serves one gateway, of its own platform', () => {
      const { fleet, gateway } = playground;
      expect(() => fleet.serve(gateway)).toThrow('is a second one');
      expect(() => fleet.serve({ ...gateway })).toThrow('must be a service of the platform');
    });

    it('refuses an event store of another platform', () => {
      const another = cloud === 'aws' ? 'gcp' : 'aws';
      const { playground: other } = makePlayground(newScope(another), another);
      const make = () => platform.sandboxFleet('other', { runner: runnerOf(cloud), eventStore: other.eventStore });
      expect(refusedProp(make)).toBe('eventStore');
    });

    it.each(WRONG)('refuses a wrong %s by its name', (prop, change) => {
      expect(refusedProp(() => makePlayground(newScope(cloud), cloud, change))).toBe(prop);
    });
  });
}
