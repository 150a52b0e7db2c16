import * as path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import * as protoLoader from '@grpc/proto-loader';
import { applyResource } from './applying';
import { openCloud, type Cloud } from './cloud';
import { readDataSource } from './data-sources';
import { protocolPath } from './diagnostic';
import { decodeValue, encodeValue, isObject, type DynamicValue } from './dynamic-value';
import { planResource } from './planning';
import { protocolSchema } from './protocol-schema';
import { readProviderConfiguration, type ProviderConfiguration } from './provider-configuration';
import type { ProviderData } from './provider-data';
import { textOf } from './resource-id';
import { refuseWriteOnly, validateResource } from './validation';

/** A stand-in for `hashicorp/google` that Terraform talks to as if it had started it. */
export interface GoogleProvider {
  /** Environment variables that tell Terraform of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was made through it. */
  readonly cloud: Cloud;
  /** Files that the configuration names relatively are in `directory`: the real provider runs in Terraform's own. */
  workIn(directory: string): void;
  stop(): Promise<void>;
}

/** Source address without the registry's host, as `terraformIn` wants it. */
export const GOOGLE = 'hashicorp/google';

/** The schema alone is some megabytes: more than gRPC's own limit of four. */
const MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Serves the provider on the loopback interface, in this process. */
export async function startGoogleProvider(data: ProviderData): Promise<GoogleProvider> {
  const cloud = openCloud();
  let directory = process.cwd();
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAXIMUM_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAXIMUM_MESSAGE_BYTES,
  });
  server.addService(
    protocolService(),
    serviceOf(data, cloud, () => directory),
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const reattach = {
    [`registry.terraform.io/${GOOGLE}`]: {
      Protocol: 'grpc',
      ProtocolVersion: 5,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    },
  };
  return {
    environment: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    cloud,
    workIn: (other) => {
      directory = other;
    },
    stop: async () => server.forceShutdown(),
  };
}

function protocolService(): grpc.ServiceDefinition {
  const definition = protoLoader.loadSync(path.join(__dirname, 'plugin-protocol.proto'), {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    readonly tfplugin5: { readonly Provider: grpc.ServiceClientConstructor };
  };
  return loaded.tfplugin5.Provider.service;
}

/** Fields of any request. */
interface Request {
  readonly type_name: string;
  readonly config?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
  readonly planned_state?: DynamicValue;
  readonly current_state?: DynamicValue;
  readonly raw_state?: { readonly json: Uint8Array };
  readonly client_capabilities?: { readonly write_only_attributes_allowed: boolean } | null;
}

function serviceOf(data: ProviderData, cloud: Cloud, directory: () => string): grpc.UntypedServiceImplementation {
  let provider: ProviderConfiguration = { defaultLabels: {} };
  const schemas = (all: ProviderData['resources']) =>
    Object.fromEntries(Object.entries(all).map(([type, schema]) => [type, protocolSchema(schema)]));
  return {
    GetSchema: answer(() => ({
      provider: protocolSchema(data.provider),
      resource_schemas: schemas(data.resources),
      data_source_schemas: schemas(data.dataSources),
    })),
    PrepareProviderConfig: answer(({ config }) => ({ prepared_config: config })),
    Configure: answer(({ config }) => {
      provider = readProviderConfiguration(decodeValue(config));
      return {};
    }),
    ValidateResourceTypeConfig: answer(({ type_name, config, client_capabilities }) => ({
      diagnostics: [
        ...validateResource(data, type_name, decodeValue(config)),
        ...(client_capabilities?.write_only_attributes_allowed === true
          ? []
          : refuseWriteOnly(data, type_name, decodeValue(config))),
      ],
    })),
    ValidateDataSourceConfig: answer(() => ({})),
    UpgradeResourceState: answer(({ raw_state }) => ({ upgraded_state: raw_state })),
    ReadResource: answer(({ type_name, current_state }) => {
      const known = decodeValue(current_state);
      const found = isObject(known) ? cloud.read(type_name, textOf(known, 'id')) : undefined;
      return { new_state: encodeValue(found?.state ?? null) };
    }),
    PlanResourceChange: answer(({ type_name, prior_state, proposed_new_state, config }) => {
      const { planned, replaced, diagnostics } = planResource(data, provider, type_name, {
        prior: decodeValue(prior_state),
        proposed: decodeValue(proposed_new_state),
        config: decodeValue(config),
      });
      const requires_replace = replaced.map(protocolPath);
      return { planned_state: encodeValue(planned), requires_replace, diagnostics, legacy_type_system: true };
    }),
    ApplyResourceChange: answer(({ type_name, prior_state, planned_state, config }) => {
      const { state, diagnostics } = applyResource(data, { cloud, provider, directory: directory() }, type_name, {
        prior: decodeValue(prior_state),
        planned: decodeValue(planned_state),
        config: decodeValue(config),
      });
      return { new_state: encodeValue(state), diagnostics, legacy_type_system: true };
    }),
    ReadDataSource: answer(({ type_name, config }) => ({
      state: encodeValue(readDataSource(data, provider, type_name, decodeValue(config))),
    })),
    Stop: answer(() => ({})),
  };
}

/** Answers a call; what goes wrong in this code ends the call with its stack. */
function answer(respond: (request: Request) => object): grpc.handleUnaryCall<Request, object> {
  return (call, reply) => {
    try {
      reply(null, respond(call.request));
    } catch (error) {
      reply({ code: grpc.status.INTERNAL, message: error instanceof Error ? error.stack : String(error) });
    }
  };
}
