import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThroughClient } from 'google-auth-library';
import { DEMAND_METRICS, JOB_METRICS, SPOT_SLOTS_WANTED } from '../../../../contracts/metrics';
import { JOB_OUTCOMES } from '../../../../contracts/outcomes';
import { MemoryEventStore } from '../../../../services/engines/event-store/memory/memory-event-store';
import { readGatewayConfig } from '../../../../services/gateway/config';
import { demandOf, type Demand } from '../../../../services/gateway/demand/demand';
import { tallyJobs } from '../../../../services/gateway/demand/job-figures';
import { monitoringSink } from '../../../../services/gateway/demand/monitoring-sink';
import { startDemandPublisher, type DemandPublisher } from '../../../../services/gateway/demand/publisher';
import type { DemandSink } from '../../../../services/gateway/demand/sink';
import { errorEventSchema, exitReasonSchema } from '../../../../services/protocol/events';

const model = { utilizationPercent: 80, meanJobMs: 3_000, clearSeconds: 30 };
const gateway = { PORT: '3000', APP_JWT_SECRET: 's', SANDPIPER_LANGUAGES: '/languages.json' };

describe('the demand of a fleet', () => {
  const load = { waiting: 100, running: 8, oldestWaitMs: 1_500, runners: 3, slots: 12 };

  it('is what the scaling model says of the jobs that run and wait', () => {
    expect(demandOf(load, model)).toEqual({
      SlotsWanted: 8 / 0.8 + (100 * 3) / 30,
      SlotsInService: 12,
      InstancesInService: 3,
      JobsRunning: 8,
      JobsWaiting: 100,
      OldestWaitSeconds: 1.5,
    });
  });

  it('leaves to the machines of a fixed number what they can bear', () => {
    expect(demandOf(load, { ...model, baseSlots: 4 }).SpotSlotsWanted).toBe(16);
    expect(demandOf(load, { ...model, baseSlots: 40 }).SpotSlotsWanted).toBe(0);
  });

  it('has the names that graphs, alarms and policies look at', () => {
    const names = Object.keys(demandOf(load, { ...model, baseSlots: 0 }));
    expect(names.sort()).toEqual([...DEMAND_METRICS, SPOT_SLOTS_WANTED].sort());
  });

  it('has the outcomes that the protocol knows', () => {
    const codes = errorEventSchema.shape.code.options;
    expect([...JOB_OUTCOMES].sort()).toEqual([...new Set([...exitReasonSchema.options, ...codes])].sort());
  });
});

describe('SANDPIPER_DEMAND', () => {
  it('names a service, a place and a fleet; the scaling model stands beside it', () => {
    const { demand } = readGatewayConfig({
      ...gateway,
      SANDPIPER_DEMAND: 'monitoring:a-project/europe-west1/app-prod/playground',
      SANDPIPER_UTILIZATION: '70',
      SANDPIPER_CLEAR_SECONDS: '20',
      SANDPIPER_MEAN_JOB_MS: '2500',
      SANDPIPER_BASE_SLOTS: '4',
    });
    expect(demand).toEqual({
      destination: {
        service: 'monitoring',
        project: 'a-project',
        region: 'europe-west1',
        environment: 'app-prod',
        fleet: 'playground',
      },
      model: { utilizationPercent: 70, clearSeconds: 20, meanJobMs: 2_500, baseSlots: 4 },
    });
    const aws = readGatewayConfig({ ...gateway, SANDPIPER_DEMAND: 'cloudwatch:us-east-1/app-prod/playground' });
    expect(aws.demand?.destination).toMatchObject({ service: 'cloudwatch', region: 'us-east-1' });
    expect(readGatewayConfig(gateway).demand).toBeUndefined();
  });

  it.each(['cloudwatch', 'cloudwatch:us-east-1/app', 'monitoring:us-east-1/app/fleet', 'statsd:x/y/z'])(
    'refuses %s, and says what it must be',
    (value) => {
      expect(() => readGatewayConfig({ ...gateway, SANDPIPER_DEMAND: value })).toThrow(
        /SANDPIPER_DEMAND: .* must be cloudwatch:<region>/,
      );
    },
  );
});

describe('a publisher', () => {
  const open: DemandPublisher[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((publisher) => publisher.close()));
  });
  const start = (store: MemoryEventStore, sink: Partial<DemandSink>, more: object = {}) => {
    const whole = { publishDemand: async () => {}, publishJobs: async () => {}, close: () => {}, ...sink };
    const { limiter, presence } = store;
    const props = {
      limiter,
      presence,
      sink: whole,
      model,
      figures: tallyJobs().figures,
      log: () => {},
      periodMs: 100,
      ...more,
    };
    const publisher = startDemandPublisher(props);
    open.push(publisher);
    return publisher;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error('it did not come');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it('is one of many in each period, and another when that one is gone', async () => {
    const store = new MemoryEventStore();
    const times: number[] = [];
    const by = new Set<number>();
    const beganMs = Date.now();
    const all = [0, 1, 2].map((who) =>
      start(store, {
        publishDemand: async () => {
          times.push(Date.now());
          by.add(who);
        },
      }),
    );
    await until(() => times.length >= 4);
    // A token comes each period, whoever asks; the first is there at once.
    expect(times.length).toBeLessThanOrEqual(2 + (Date.now() - beganMs) / 100);
    const first = [...by][0]!;
    await all[first]!.close();
    const then = times.length;
    by.clear();
    await until(() => times.length > then);
    expect(by.has(first)).toBe(false);
  });

  it('publishes nothing while the store is away, logs that once, and goes on', async () => {
    const store = new MemoryEventStore();
    const load = store.presence.load.bind(store.presence);
    store.presence.load = () => Promise.reject(new Error('away'));
    const logged: string[] = [];
    const seen: Demand[] = [];
    const results: string[] = [];
    start(
      store,
      { publishDemand: async (demand) => void seen.push(demand) },
      {
        periodMs: 10,
        log: (message: string) => logged.push(message),
        published: (_: string, result: string) => results.push(result),
      },
    );
    await until(() => results.length >= 3);
    expect(seen).toEqual([]);
    expect(logged).toEqual(['the fleet’s demand could not be published']);
    store.presence.load = load;
    await until(() => seen.length > 0);
    expect(seen[0]).toMatchObject({ SlotsWanted: 0, InstancesInService: 0 });
  });

  it('publishes what the jobs need that come, beside what is there', async () => {
    const store = new MemoryEventStore();
    const load = { waiting: 0, running: 4, oldestWaitMs: 0, runners: 1, slots: 4 };
    const seen: Demand[] = [];
    store.presence.load = async () => ({ ...load, waiting: (load.waiting += 10) });
    start(store, { publishDemand: async (demand) => void seen.push(demand) }, { periodMs: 20 });
    await until(() => seen.length >= 3);
    // The first look knows of no growth; ten jobs more at each look are hundreds a second.
    expect(seen[0]).toEqual(demandOf({ ...load, waiting: seen[0]!.JobsWaiting }, model));
    const last = seen.at(-1)!;
    expect(last.SlotsWanted).toBeGreaterThan(2 * demandOf({ ...load, waiting: last.JobsWaiting }, model).SlotsWanted);
  });

  it('publishes the gateway’s own jobs a last time at its end', async () => {
    const tally = tallyJobs();
    const ended: number[] = [];
    const publisher = start(
      new MemoryEventStore(),
      { publishJobs: async (figures) => void ended.push(figures.ended.get('ok') ?? 0) },
      { figures: tally.figures },
    );
    tally.ended('ok');
    await publisher.close();
    expect(ended).toEqual([1]);
  });
});

describe('Cloud Monitoring', () => {
  const bodies: { timeSeries: { metric: { type: string; labels?: object }; points: { value: object }[] }[] }[] = [];
  let status = 200;
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      expect(request.url).toBe('/v3/projects/a-project/timeSeries');
      bodies.push(JSON.parse(text) as never);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const sink = () =>
    monitoringSink(
      { service: 'monitoring', project: 'a-project', region: 'europe-west1', environment: 'app-prod', fleet: 'f' },
      {
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        client: new PassThroughClient(),
      },
    );

  it('is written the series that the autoscaler’s filter names', async () => {
    const load = { waiting: 1, running: 0, oldestWaitMs: 0, runners: 0, slots: 0 };
    await sink().publishDemand(demandOf(load, { ...model, baseSlots: 0 }));
    const { timeSeries } = bodies.at(-1)!;
    expect(timeSeries.map(({ metric }) => metric.type)).toContain('custom.googleapis.com/sandpiper/spot_slots_wanted');
    expect(timeSeries[0]).toMatchObject({
      metricKind: 'GAUGE',
      resource: {
        type: 'generic_task',
        labels: { location: 'europe-west1', namespace: 'app-prod', job: 'f', task_id: 'demand' },
      },
      points: [{ value: { doubleValue: 0.1 } }],
    });
  });

  it('is written all jobs since the gateway began, as cumulative series of a task of its own', async () => {
    const tally = tallyJobs();
    for (const seconds of [0.02, 0.02, 7]) tally.began(seconds);
    tally.ended('ok');
    tally.ended('timeout');
    await sink().publishJobs(tally.figures);
    const { timeSeries } = bodies.at(-1)!;
    expect(timeSeries.map(({ metric }) => metric)).toEqual([
      { type: 'custom.googleapis.com/sandpiper/jobs_ended', labels: { outcome: 'ok' } },
      { type: 'custom.googleapis.com/sandpiper/jobs_ended', labels: { outcome: 'timeout' } },
      { type: 'custom.googleapis.com/sandpiper/queue_wait_seconds' },
    ]);
    expect(JOB_METRICS).toEqual(['JobsEnded', 'QueueWaitSeconds']);
    const { distributionValue } = timeSeries[2]!.points[0]!.value as {
      distributionValue: { count: string; mean: number; bucketCounts: string[]; bucketOptions: never };
    };
    expect(distributionValue).toMatchObject({ count: '3' });
    expect(distributionValue.mean).toBeCloseTo(7.04 / 3);
    // From 0.01 to 0.025, and from 5 to 10.
    expect(distributionValue.bucketCounts.join('')).toBe('020000000100000');
  });

  it('says so when it does not take them', async () => {
    status = 403;
    await expect(sink().publishDemand({} as Demand)).rejects.toThrow(/403/);
    status = 200;
  });
});
