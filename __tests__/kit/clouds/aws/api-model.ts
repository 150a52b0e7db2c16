import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { moto, pythonOf } from '../../../../tools/provision/python-tools';

/** A value of a call or an answer, by the names of the API reference. */
export type ApiValue = string | number | boolean | Date | readonly ApiValue[] | ApiStructure | undefined;
export interface ApiStructure {
  readonly [member: string]: ApiValue;
}

/** The error that a service answers with. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

interface Reference {
  readonly shape: string;
  readonly locationName?: string;
}

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly member?: Reference;
  readonly flattened?: boolean;
  readonly enum?: readonly string[];
  readonly exception?: boolean;
  readonly error?: { readonly code: string; readonly httpStatusCode: number };
}

interface Document {
  readonly metadata: { readonly protocol: string; readonly xmlNamespace: string };
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input?: Reference;
        readonly output?: Reference & { readonly resultWrapper?: string };
        readonly errors?: readonly Reference[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const SCALARS = ['string', 'integer', 'long', 'double', 'float', 'boolean', 'timestamp'];

/**
 * A service's published API model, which AWS's own SDKs are made from. What is read or written by it has the model's form: no
 * parameter and no element that it does not name, no value of another type, none that its enumerations lack, no error but the
 * action's own.
 */
export class ApiModel {
  private constructor(private readonly document: Document) {}

  /** The model of a service of AWS's query protocol, such as `elasticache/2015-02-02`. */
  static load(service: string): ApiModel {
    const file = path.join(modelDirectory(), service, 'service-2.json.gz');
    const document = JSON.parse(gunzipSync(fs.readFileSync(file)).toString('utf8')) as Document;
    if (document.metadata.protocol !== 'query') throw new Error(`${service} speaks ${document.metadata.protocol}`);
    return new ApiModel(document);
  }

  has(action: string): boolean {
    return action in this.document.operations;
  }

  /** What a call says. @throws ApiError where the model has no such parameter, or asks for one that is not there */
  readCall(action: string, parameters: URLSearchParams): ApiStructure {
    const input = this.operation(action).input;
    const left = new Set([...parameters.keys()].filter((name) => name !== 'Action' && name !== 'Version'));
    const value = input === undefined ? {} : this.read(input.shape, '', parameters, left);
    if (left.size > 0) throw new ApiError('InvalidParameterValue', `${action} has no ${[...left].join(', ')}`);
    return (value ?? {}) as ApiStructure;
  }

  /** The answer's XML. @throws Error where the model has no such answer */
  writeAnswer(action: string, result: ApiStructure): string {
    const { output } = this.operation(action);
    const wrapper = output?.resultWrapper;
    const body = output === undefined ? '' : this.write(output.shape, result, action);
    return (
      `<${action}Response xmlns="${this.document.metadata.xmlNamespace}">` +
      (wrapper === undefined ? body : `<${wrapper}>${body}</${wrapper}>`) +
      `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`
    );
  }

  /** The XML of an error and its status. @throws Error where the action has no such error */
  writeError(action: string, { code, message }: ApiError): { readonly status: number; readonly body: string } {
    const known = (this.document.operations[action]?.errors ?? []).map(({ shape }) => this.shape(shape).error);
    const status = known.find((error) => error?.code === code)?.httpStatusCode;
    // What the query protocol itself refuses with ("Common Errors") is in no model.
    const isCommon = ['InvalidAction', 'InvalidParameterValue', 'MissingParameter', 'ValidationError'].includes(code);
    if (status === undefined && !isCommon) throw new Error(`${action} has no error ${code}`);
    return {
      status: status ?? 400,
      body:
        `<ErrorResponse xmlns="${this.document.metadata.xmlNamespace}"><Error><Type>Sender</Type><Code>${code}</Code>` +
        `<Message>${escape(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    };
  }

  private operation(action: string) {
    const operation = this.document.operations[action];
    if (operation === undefined) throw new ApiError('InvalidAction', `there is no action ${action}`);
    return operation;
  }

  private shape(name: string): Shape {
    return this.document.shapes[name]!;
  }

  private read(shapeName: string, prefix: string, parameters: URLSearchParams, left: Set<string>): ApiValue {
    const shape = this.shape(shapeName);
    if (shape.type === 'structure') {
      if (prefix !== '' && ![...parameters.keys()].some((name) => name.startsWith(`${prefix}.`))) return undefined;
      const members = Object.entries(shape.members!).map(([name, { shape: member, locationName = name }]) => {
        const value = this.read(member, prefix === '' ? locationName : `${prefix}.${locationName}`, parameters, left);
        if (value === undefined && shape.required?.includes(name)) {
          throw new ApiError('MissingParameter', `${prefix === '' ? '' : `${prefix}.`}${name} is required`);
        }
        return [name, value];
      });
      return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as ApiStructure;
    }
    if (shape.type === 'list') {
      const { shape: member, locationName = 'member' } = shape.member!;
      const items: ApiValue[] = [];
      for (let index = 1; ; index += 1) {
        const at = shape.flattened ? `${prefix}.${index}` : `${prefix}.${locationName}.${index}`;
        const item = this.read(member, at, parameters, left);
        if (item === undefined) return items.length === 0 && !left.delete(prefix) ? undefined : items;
        items.push(item);
      }
    }
    if (!SCALARS.includes(shape.type)) throw new Error(`${prefix}: no parameter of type ${shape.type} is known`);
    const text = parameters.get(prefix);
    if (text === null) return undefined;
    left.delete(prefix);
    if (shape.enum !== undefined && !shape.enum.includes(text)) {
      throw new ApiError('InvalidParameterValue', `${prefix} is "${text}", not one of ${shape.enum.join(', ')}`);
    }
    if (shape.type === 'boolean') return text === 'true';
    return ['integer', 'long', 'double', 'float'].includes(shape.type) ? Number(text) : text;
  }

  private write(shapeName: string, value: ApiValue, place: string): string {
    const shape = this.shape(shapeName);
    if (shape.type === 'structure') {
      const members = shape.members!;
      const given = Object.entries(value as ApiStructure).filter(([, member]) => member !== undefined);
      const unknown = given.filter(([name]) => !(name in members)).map(([name]) => name);
      const missing = (shape.required ?? []).filter((name) => !given.some(([other]) => other === name));
      if (unknown.length > 0) throw new Error(`${place}: the API model has no ${unknown.join(', ')}`);
      if (missing.length > 0) throw new Error(`${place}: the API model asks for ${missing.join(', ')}`);
      return given
        .map(([name, member]) => {
          const { shape: inner, locationName = name } = members[name]!;
          return `<${locationName}>${this.write(inner, member, `${place}.${name}`)}</${locationName}>`;
        })
        .join('');
    }
    if (shape.type === 'list') {
      if (!Array.isArray(value) || shape.flattened) throw new Error(`${place}: no list as it is known here`);
      const { shape: member, locationName = 'member' } = shape.member!;
      return (value as readonly ApiValue[])
        .map((item) => `<${locationName}>${this.write(member, item, place)}</${locationName}>`)
        .join('');
    }
    return this.writeScalar(shape, value, place);
  }

  private writeScalar(shape: Shape, value: ApiValue, place: string): string {
    const wanted =
      shape.type === 'timestamp'
        ? value instanceof Date
        : typeof value === (['string', 'boolean'].includes(shape.type) ? shape.type : 'number');
    if (!SCALARS.includes(shape.type) || !wanted) throw new Error(`${place}: ${String(value)} is no ${shape.type}`);
    if (shape.enum !== undefined && !shape.enum.includes(String(value))) {
      throw new Error(`${place}: "${String(value)}" is not one of ${shape.enum.join(', ')}`);
    }
    return value instanceof Date ? value.toISOString() : escape(String(value));
  }
}

/** Python of moto's environment, which has boto3 too: beside `$MOTO_SERVER`, or of the moto that PATH or the cache holds. */
export function motoPython(): string {
  const server = process.env.MOTO_SERVER;
  const beside = server === undefined ? undefined : path.join(path.dirname(server), 'python3');
  if (beside !== undefined && fs.existsSync(beside)) return beside;
  const python = pythonOf(moto);
  if (python === undefined) throw new Error('moto is not installed: ./sandpiper doctor --install test');
  return python;
}

let models: string | undefined;

/** Where botocore, which moto needs, keeps the models. */
function modelDirectory(): string {
  if (models !== undefined) return models;
  const script = 'import importlib.util; print(importlib.util.find_spec("botocore").submodule_search_locations[0])';
  const { status, stdout, stderr } = spawnSync(motoPython(), ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${motoPython()} has no botocore, which moto needs:\n${stderr}`);
  models = path.join(stdout.trim(), 'data');
  return models;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
