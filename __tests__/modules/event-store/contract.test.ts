import { eventStoreContract } from '../../kit/contract-suites/event-store';

jest.mock('../../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => __filename }));

for (const cloud of ['aws', 'gcp', 'local'] as const) eventStoreContract(cloud);
