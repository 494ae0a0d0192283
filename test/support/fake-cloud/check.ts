/** Holds a request and its answer against Google's discovery document of the API. Pure, but for reading the documents. */
import { discoveryDocument, findMethod, type Parameter, type Schema } from "./discovery";
import type { RecordedRequest } from "./record";

export interface Violation {
  /** `POST /cloudkms/v1/…` */
  readonly request: string;
  readonly of: "request" | "answer";
  /** `body.versionTemplate.algorithm`; empty: all of it. */
  readonly path: string;
  readonly what: string;
}

type Problem = Pick<Violation, "path" | "what">;

/** Empty where all is as Google has it. What is answered with an error is held only as to its request. */
export function violationsOf(recorded: RecordedRequest): readonly Violation[] {
  const request = `${recorded.method} ${recorded.url}`;
  const of = (of: Violation["of"], problems: readonly Problem[]) => problems.map((one) => ({ request, of, ...one }));
  const { api, version, method: httpMethod, path, body, query, answer } = recorded;
  const document = discoveryDocument(api, version);
  const found = document && findMethod(document, httpMethod, path);
  if (!document || !found) return of("request", [{ path: "", what: "Google has no such method" }]);
  const { method, params, isUpload } = found;
  const known = { ...document.parameters, ...method.parameters };
  const sent = isUpload ? [] : checkBody(body, method.request, document.schemas, false);
  const got = answer?.code === 200 ? checkBody(answer.body, method.response, document.schemas, true) : [];
  return [
    ...of("request", [...checkParams(params, known), ...checkQuery(query, known), ...sent]),
    ...of("answer", got),
  ];
}

function checkParams(params: Readonly<Record<string, string>>, known: Readonly<Record<string, Parameter>>): Problem[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const { pattern } = known[name] ?? {};
    const fits = pattern === undefined || new RegExp(pattern).test(value);
    return fits ? [] : [{ path: name, what: `${value} does not match ${pattern}` }];
  });
}

function checkQuery(query: URLSearchParams, known: Readonly<Record<string, Parameter>>): Problem[] {
  const missing = Object.entries(known)
    .filter(([name, { location, required }]) => location === "query" && required === true && !query.has(name))
    .map(([name]) => ({ path: name, what: "is required" }));
  const wrong = [...new Set(query.keys())].flatMap((name) => {
    const parameter = known[name];
    const values = query.getAll(name);
    if (parameter === undefined) return [{ path: name, what: "is no parameter of this method" }];
    if (values.length > 1 && parameter.repeated !== true) return [{ path: name, what: "is given more than once" }];
    return values.flatMap((value) => checkText(value, parameter, name));
  });
  return [...missing, ...wrong];
}

function checkText(value: string, parameter: Parameter, path: string): Problem[] {
  if (parameter.type === "boolean") return /^(true|false)$/i.test(value) ? [] : [{ path, what: "is no boolean" }];
  if (parameter.type === "integer") return /^-?\d+$/.test(value) ? [] : [{ path, what: "is no integer" }];
  return parameter.enum && !parameter.enum.includes(value) ? [{ path, what: `has no value ${value}` }] : [];
}

type Schemas = Readonly<Record<string, Schema>>;

/** `isAnswer`: a request may be laxer than an answer. */
export function checkBody(body: unknown, schema: Schema | undefined, schemas: Schemas, isAnswer: boolean): Problem[] {
  if (schema !== undefined) return body === undefined ? [] : check(body, schema, "body", schemas, isAnswer);
  const isEmpty = body === undefined || (typeof body === "object" && Object.keys(body ?? {}).length === 0);
  return isEmpty ? [] : [{ path: "body", what: "is none of this method's" }];
}

function check(value: unknown, schema: Schema, path: string, schemas: Schemas, isAnswer: boolean): Problem[] {
  if (schema.$ref !== undefined) return check(value, schemas[schema.$ref]!, path, schemas, isAnswer);
  if (value === null && !isAnswer) return [];
  const wrong = (what: string) => [{ path, what }];
  switch (schema.type) {
    case "object":
      if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("is no object");
      return Object.entries(value).flatMap(([name, one]) => {
        const { properties = {} } = schema;
        const field = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
        const at = `${path}.${name}`;
        return field === undefined ? [{ path: at, what: "is no field" }] : check(one, field, at, schemas, isAnswer);
      });
    case "array":
      if (!Array.isArray(value)) return wrong("is no array");
      return value.flatMap((one, at) => check(one, schema.items!, `${path}[${at}]`, schemas, isAnswer));
    case "string": {
      const names = schema.enum === undefined ? `no ${schema.format ?? "string"}` : `none of ${schema.enum.join()}`;
      return isString(value, schema, isAnswer) ? [] : wrong(`${JSON.stringify(value)} is ${names}`);
    }
    case "integer":
      return Number.isInteger(isAnswer ? value : Number(value)) ? [] : wrong("is no integer");
    case "number":
      return typeof value === "number" ? [] : wrong("is no number");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("is no boolean");
    default:
      return [];
  }
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  int64: /^-?\d+$/,
  uint64: /^\d+$/,
  byte: /^[A-Za-z0-9+/_-]*={0,2}$/,
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  "google-duration": /^-?\d+(\.\d{1,9})?s$/,
};

/** 64-bit integers that were sent as numbers become texts, as they are answered. Fields that there are not, which older APIs pass over, are left out. */
export function withTextIntegers(value: unknown, schema: Schema | undefined, schemas: Schemas): unknown {
  if (schema?.$ref !== undefined) return withTextIntegers(value, schemas[schema.$ref], schemas);
  if (typeof value === "number") return /^u?int64$/.test(schema?.format ?? "") ? String(value) : value;
  if (Array.isArray(value)) return value.map((one) => withTextIntegers(one, schema?.items, schemas));
  if (typeof value !== "object" || value === null) return value;
  const { properties = {}, additionalProperties } = schema ?? {};
  const field = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : additionalProperties);
  const isKnown = ([name]: [string, unknown]) => schema?.properties === undefined || field(name) !== undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(isKnown)
      .map(([name, one]) => [name, withTextIntegers(one, field(name), schemas)]),
  );
}

/** Google takes a number for a 64-bit integer and for a name of an enumeration, and answers neither. */
function isString(value: unknown, { format = "", enum: names }: Schema, isAnswer: boolean): boolean {
  const is64 = format === "int64" || format === "uint64";
  const text = is64 && !isAnswer && Number.isSafeInteger(value) ? String(value) : value;
  if (names !== undefined && !isAnswer && Number.isInteger(value)) return true;
  if (typeof text !== "string") return false;
  return (names === undefined || names.includes(text)) && (FORMATS[format]?.test(text) ?? true);
}
