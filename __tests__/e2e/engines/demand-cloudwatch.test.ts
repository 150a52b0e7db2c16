import { CloudWatchClient, ListMetricsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { DEMAND_METRICS, DEMAND_NAMESPACE } from '../../../contracts/metrics';
import { cloudwatchSink } from '../../../services/gateway/demand/cloudwatch-sink';
import { demandOf } from '../../../services/gateway/demand/demand';
import { tallyJobs } from '../../../services/gateway/demand/job-figures';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';

const region = 'eu-central-1';
const Dimensions = [
  { Name: 'Environment', Value: 'app-test' },
  { Name: 'Fleet', Value: 'playground' },
];

describe('the demand in CloudWatch', () => {
  let moto: Moto;
  let cloudwatch: CloudWatchClient;
  const client = () => ({
    endpoint: moto.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  beforeAll(async () => {
    moto = await startMoto();
    cloudwatch = new CloudWatchClient({ region, ...client() });
  });
  afterAll(async () => {
    cloudwatch?.destroy();
    await moto?.stop();
  });
  const sink = () =>
    cloudwatchSink({ service: 'cloudwatch', region, environment: 'app-test', fleet: 'playground' }, client());
  const sum = async (MetricName: string, dimensions = Dimensions): Promise<number> => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: DEMAND_NAMESPACE,
        MetricName,
        Dimensions: dimensions,
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 600_000),
        Period: 1_200,
        Statistics: ['Sum', 'SampleCount'],
      }),
    );
    return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
  };

  it('has the metrics that policies and alarms look at, with their dimensions', async () => {
    const load = { waiting: 10, running: 8, oldestWaitMs: 2_000, runners: 2, slots: 8 };
    await sink().publishDemand(demandOf(load, { utilizationPercent: 80, meanJobMs: 3_000, clearSeconds: 30 }));
    const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({ Namespace: DEMAND_NAMESPACE }));
    expect(Metrics.map(({ MetricName }) => MetricName).sort()).toEqual([...DEMAND_METRICS].sort());
    for (const metric of Metrics) expect(metric.Dimensions).toEqual(Dimensions);
    expect(await sum('SlotsWanted')).toBe(11);
  });

  it('counts each job once, over publications and refusals', async () => {
    const tally = tallyJobs();
    const publishing = sink();
    const ok = [...Dimensions, { Name: 'Outcome', Value: 'ok' }];
    tally.ended('ok');
    await publishing.publishJobs(tally.figures);
    await publishing.publishJobs(tally.figures);
    tally.ended('ok');
    for (let n = 0; n < 400; n++) tally.began(n / 10);
    await publishing.publishJobs(tally.figures);
    expect(await sum('JobsEnded', ok)).toBe(2);
    const nowhere = cloudwatchSink(
      { service: 'cloudwatch', region, environment: 'app-test', fleet: 'playground' },
      { ...client(), endpoint: 'http://127.0.0.1:1', maxAttempts: 1 },
    );
    await expect(nowhere.publishJobs(tally.figures)).rejects.toThrow();
  });
});
