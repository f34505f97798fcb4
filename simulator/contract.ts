import {readFileSync} from 'node:fs';
import {Ajv2020, type ErrorObject, type ValidateFunction} from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type {JournalEntry} from './journal.ts';
import {isJsonObject, type JsonObject} from './model.ts';

/** Checks requests and answers with an OpenAPI 3.1 document. Each check returns the faults that it found. */
export interface Contract {
  checkRequest(entry: JournalEntry): readonly string[];
  checkAnswer(entry: JournalEntry, status: number, body: unknown): readonly string[];
}

/** Facts about the services that are not in the documents. */
export interface Dialect {
  /** The fields that an error always has, if the document does not describe the status. */
  readonly errorFields: readonly string[];
  /** Fields that may be null, although their schema does not allow it. */
  readonly nullable: readonly (readonly [schema: string, field: string])[];
}

const CLOUD_DIALECT: Dialect = {errorFields: ['exception_class', 'message', 'request_id'], nullable: []};
export const STORAGE_DIALECT: Dialect = {
  errorFields: ['error'],
  nullable: [
    ['BucketDetailResV4', 'cors'],
    ['BucketDetailResV4', 'lifecycle'],
    ['BucketDetailResV4', 'policy'],
    ['LocationV4', 'title'],
  ],
};

const DOCUMENT = 'openapi';
const APPLICATION_JSON = 'application~1json';
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const ZONE_OPTIONAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

interface Path {
  readonly template: string;
  readonly pattern: RegExp;
  readonly methods: JsonObject;
}

interface Found {
  readonly operation: JsonObject;
  readonly pointer: string;
  readonly params: Readonly<Record<string, string>>;
}

interface Parameter {
  readonly place: string;
  readonly name: string;
  readonly pointer: string;
  readonly isList: boolean;
}

class DocumentContract implements Contract {
  readonly #document: JsonObject;
  readonly #dialect: Dialect;
  readonly #paths: readonly Path[];
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: JsonObject, dialect: Dialect) {
    this.#document = document;
    this.#dialect = dialect;
    this.#paths = Object.entries(objectAt(document, 'paths')).map(([template, methods]) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      methods: isJsonObject(methods) ? methods : {},
    }));
    this.#ajv = new Ajv2020({strict: false, allErrors: true, validateSchema: false});
    formats.default(this.#ajv);
    // The document's own examples of date-time have no zone.
    this.#ajv.addFormat('date-time', ZONE_OPTIONAL);
    this.#ajv.addFormat('uuid4', UUID4);
    this.#ajv.addFormat('uint64', {type: 'number', validate: (value) => value >= 0});
    this.#ajv.addSchema(document, DOCUMENT);
  }

  checkRequest(entry: JournalEntry): readonly string[] {
    const found = this.#find(entry);
    if (found === undefined) return [`${titleOf(entry)}: not in the document`];
    const faults = [...this.#checkParameters(entry, found), ...this.#checkBody(entry, found)];
    return faults.map((fault) => `${titleOf(entry)}: request: ${fault}`);
  }

  checkAnswer(entry: JournalEntry, status: number, body: unknown): readonly string[] {
    const found = this.#find(entry);
    const responses = objectAt(found?.operation, 'responses');
    if (found === undefined || !(String(status) in responses)) {
      // The document describes success only; errors have a form that all endpoints share.
      return status < 400
        ? [`${titleOf(entry)}: answer ${status}: not in the document`]
        : faultsOfError(entry, status, body, this.#dialect);
    }
    const title = `${titleOf(entry)}: answer ${status}`;
    if (status === 204) return body === undefined ? [] : [`${title}: a body, where none is allowed`];
    const pointer = `${found.pointer}/responses/${status}/content/${APPLICATION_JSON}/schema`;
    return this.#validate(pointer, body).map((fault) => `${title}: ${fault}`);
  }

  #find({method, path}: JournalEntry): Found | undefined {
    const verb = method.toLowerCase();
    const found = this.#paths.find(({pattern, methods}) => pattern.test(path) && verb in methods);
    if (found === undefined) return undefined;
    return {
      operation: objectAt(found.methods, verb),
      pointer: `/paths/${asSegment(found.template)}/${verb}`,
      params: {...found.pattern.exec(path)?.groups},
    };
  }

  #checkParameters(entry: JournalEntry, {operation, pointer, params}: Found): readonly string[] {
    const parameters = parametersOf(operation, pointer);
    const known = parameters.filter(({place}) => place === 'query').map(({name}) => name);
    const unknown = [...new Set(entry.query.keys())].filter((name) => !known.includes(name));
    return [
      ...unknown.map((name) => `query ${name} is not in the document`),
      ...parameters.flatMap((parameter) => {
        const given = parameter.place === 'path' ? [params[parameter.name] ?? ''] : entry.query.getAll(parameter.name);
        return given.length === 0 ? [] : this.#checkParameter(parameter, given);
      }),
    ];
  }

  #checkParameter({name, pointer, isList}: Parameter, given: readonly string[]): readonly string[] {
    // Text in a URL may be a number or a boolean; it passes if it is valid as one of them.
    const readings = isList ? [given, given.map(readingOf)] : [given.at(-1), readingOf(given.at(-1) ?? '')];
    const faults = readings.map((reading) => this.#validate(pointer, reading));
    const passes = faults.some((found) => found.length === 0);
    return passes ? [] : (faults.at(-1) ?? []).map((fault) => `parameter ${name}: ${fault}`);
  }

  #checkBody({body, headers}: JournalEntry, {operation, pointer}: Found): readonly string[] {
    if (!('requestBody' in operation)) return body === undefined ? [] : ['a body, where none is allowed'];
    if (body === undefined && objectAt(operation, 'requestBody')['required'] === false) return [];
    const schemaPointer = `${pointer}/requestBody/content/${APPLICATION_JSON}/schema`;
    const {'content-type': type = 'none'} = headers;
    const faultsOfType = type.startsWith('application/json') ? [] : [`content-type is ${type}`];
    return [...faultsOfType, ...this.#validate(schemaPointer, body), ...this.#unknownFields(operation, body)];
  }

  /** The document allows unknown fields, but sending one is a mistake of the client. */
  #unknownFields(operation: JsonObject, body: unknown): readonly string[] {
    const content = objectAt(objectAt(operation, 'requestBody'), 'content');
    const {$ref: reference} = objectAt(objectAt(content, 'application/json'), 'schema');
    const name = String(reference).split('/').at(-1) ?? '';
    const schema = objectAt(objectAt(objectAt(this.#document, 'components'), 'schemas'), name);
    const known = objectAt(schema, 'properties');
    const given = isJsonObject(body) ? Object.keys(body) : [];
    return given.filter((field) => !(field in known)).map((field) => `field ${field} is not in the document`);
  }

  #validate(pointer: string, value: unknown): readonly string[] {
    const compiled = this.#compiled.get(pointer) ?? this.#ajv.compile({$ref: `${DOCUMENT}#${pointer}`});
    this.#compiled.set(pointer, compiled);
    return compiled(value) ? [] : (compiled.errors ?? []).map(faultOf);
  }
}

/** Compiling the schemas takes longer than most tests: what checks with one document shares them. */
const opened = new Map<string, Contract>();

/** Reads an OpenAPI 3.1 document to check against. */
export function openContract(path: string, dialect = CLOUD_DIALECT): Contract {
  const contract = opened.get(path) ?? readContract(path, dialect);
  opened.set(path, contract);
  return contract;
}

function readContract(path: string, dialect: Dialect): Contract {
  const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isJsonObject(document)) throw new Error(`${path} holds no OpenAPI document.`);
  for (const [schema, field] of dialect.nullable) {
    const properties = objectAt(objectAt(objectAt(objectAt(document, 'components'), 'schemas'), schema), 'properties');
    properties[field] = {anyOf: [properties[field] ?? {}, {type: 'null'}]};
  }
  return new DocumentContract(document, dialect);
}

function faultOf({instancePath, message}: ErrorObject): string {
  return `${instancePath === '' ? 'it' : instancePath} ${message ?? 'is not valid'}`;
}

function faultsOfError(entry: JournalEntry, status: number, body: unknown, {errorFields}: Dialect): readonly string[] {
  const missing = errorFields.filter((field) => !isJsonObject(body) || typeof body[field] !== 'string');
  return missing.map((field) => `${titleOf(entry)}: answer ${status}: error without ${field}`);
}

function parametersOf(operation: JsonObject, pointer: string): readonly Parameter[] {
  const {parameters} = operation;
  if (!Array.isArray(parameters)) return [];
  return parameters.map((parameter: JsonObject, index) => {
    const {in: place, name} = parameter;
    const {type} = objectAt(parameter, 'schema');
    return {
      place: String(place),
      name: String(name),
      pointer: `${pointer}/parameters/${index}/schema`,
      isList: type === 'array',
    };
  });
}

function objectAt(from: unknown, key: string): JsonObject {
  const value = isJsonObject(from) ? from[key] : undefined;
  return isJsonObject(value) ? value : {};
}

function readingOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function titleOf({method, path}: JournalEntry): string {
  return `${method} ${path}`;
}

/** A segment of a JSON pointer inside the fragment of a URI. */
function asSegment(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
