/** BigQuery's queries: they find no rows, and fail where the key of a table that they name is gone. */
import type { Api, Call } from "../call";
import { invalid } from "../refused";
import { checkEncryption } from "./bigquery-key";

interface Job {
  readonly jobReference: { readonly projectId: string; readonly jobId: string; readonly location: string };
}

function insert(call: Call): object {
  const { body, project, state, url } = call;
  const { configuration = {}, jobReference = {} } = body as {
    configuration?: { query?: { query?: string } };
    jobReference?: { jobId?: string };
  };
  const text = configuration.query?.query;
  if (text === undefined) throw invalid("The fake cloud runs queries alone, and finds no rows.");
  for (const [, of = project.id, dataset, table] of text.matchAll(/`?(?:([\w-]+)[.:])?(\w+)\.(\w+)`?/g)) {
    const found = state.bigquery.tables.find(`${of}:${dataset}.${table}`);
    if (found !== undefined) checkEncryption(call, found.encryptionConfiguration, found.location);
  }
  const jobId = jobReference.jobId ?? `job_${state.newId()}`;
  const reference = { projectId: project.id, jobId, location: "US" };
  const about = {
    kind: "bigquery#job",
    etag: "fake",
    id: `${project.id}:US.${jobId}`,
    selfLink: `${url}/bigquery/v2/projects/${project.id}/jobs/${jobId}`,
  };
  const time = String(Date.now());
  const statistics = { creationTime: time, startTime: time, endTime: time, query: { statementType: "SELECT" } };
  const job = {
    ...about,
    jobReference: reference,
    configuration: { ...configuration, jobType: "QUERY" },
    status: { state: "DONE" },
    statistics,
  };
  return state.bigquery.queries.set(jobId, job);
}

const get = ({ params, state }: Call) => state.bigquery.queries.get(params.jobId!);

function results(call: Call): object {
  const { jobReference } = get(call) as Job;
  return {
    kind: "bigquery#getQueryResultsResponse",
    etag: "fake",
    jobReference,
    jobComplete: true,
    totalRows: "0",
    schema: { fields: [] },
  };
}

export const JOBS: Api["methods"] = {
  "jobs.insert": ["bigquery.jobs.create", insert],
  "jobs.get": ["bigquery.jobs.get", get],
  "jobs.getQueryResults": ["bigquery.jobs.create", results],
};
