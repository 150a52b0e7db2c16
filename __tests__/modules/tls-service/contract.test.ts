import { tlsServiceContract } from '../../kit/contract-suites/tls-service';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

for (const cloud of ['aws', 'gcp', 'local'] as const) tlsServiceContract(cloud);
