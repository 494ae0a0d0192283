/** How the tests of the fake cloud speak to it: over HTTP, which is quick, or by the real commands. */
import type { Context } from "mocha";
import type { Command } from "../../../deploy/resources/command";
import { type Answer as Ended, ToolMissing } from "../../../deploy/run";
import { MissingTool } from "../emulators/process";
import { orSkip } from "../skip";
import { type FakeCloud, type FakeCloudOptions, startFakeCloud } from "./cloud";
import { warmRunner } from "./warm/warm";

/** For a hook: skips the tests where the discovery documents cannot be had. */
export async function fakeCloudFor(test: Context, options: FakeCloudOptions = {}): Promise<FakeCloud> {
  return await orSkip(test, () => startFakeCloud(options));
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the cloud answers
  readonly body: any;
}

/** `path`: `/pubsub/v1/projects/P/topics/T`. `token`: another's than the cloud's own. */
export async function call(
  cloud: FakeCloud,
  method: string,
  path: string,
  body?: object,
  { token = cloud.token, headers = {} }: { readonly token?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await fetch(cloud.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Runs gcloud or bq to its end. Throws MissingTool where it is not on the PATH. */
export async function command(env: FakeCloud["env"], tool: Command["tool"], ...args: string[]): Promise<Ended> {
  try {
    return await warmRunner(env)({ tool, args });
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    throw new MissingTool(`${tool} is not on the PATH`, "Install the Google Cloud CLI, with its component bq");
  }
}

/** Where everything lies. */
export const REGION = "europe-west2";
export const APIS = [
  "artifactregistry",
  "cloudbuild",
  "cloudkms",
  "compute",
  "dataflow",
  "iam",
  "orgpolicy",
  "pubsub",
].map((name) => `${name}.googleapis.com`);

export const agentsOf = ({ projectNumber }: FakeCloud) => ({
  pubsub: `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`,
  bigquery: `bq-${projectNumber}@bigquery-encryption.iam.gserviceaccount.com`,
  storage: `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`,
  dataflow: `service-${projectNumber}@dataflow-service-producer-prod.iam.gserviceaccount.com`,
  compute: `service-${projectNumber}@compute-system.iam.gserviceaccount.com`,
  artifacts: `service-${projectNumber}@gcp-sa-artifactregistry.iam.gserviceaccount.com`,
  logging: `cmek-p${projectNumber}@gcp-sa-logging.iam.gserviceaccount.com`,
});

export const ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

export const bindingFor = (...emails: readonly string[]) => ({
  bindings: [{ role: ROLE, members: emails.map((email) => `serviceAccount:${email}`) }],
});

/** A key `k` in a key ring `r` of `location`. Answers its name. */
export async function makeKey(cloud: FakeCloud, location = REGION): Promise<string> {
  const ring = `projects/${cloud.project}/locations/${location}/keyRings`;
  await call(cloud, "POST", `/cloudkms/v1/${ring}?keyRingId=r`, {});
  await call(cloud, "POST", `/cloudkms/v1/${ring}/r/cryptoKeys?cryptoKeyId=k`, { purpose: "ENCRYPT_DECRYPT" });
  return `${ring}/r/cryptoKeys/k`;
}

/** Makes every service agent exist. */
export async function makeAgents(cloud: FakeCloud): Promise<void> {
  const { project } = cloud;
  for (const service of ["pubsub", "artifactregistry"]) {
    const name = `projects/${project}/services/${service}.googleapis.com`;
    await call(cloud, "POST", `/serviceusage/v1beta1/${name}:generateServiceIdentity`, {});
  }
  await call(cloud, "GET", `/bigquery/v2/projects/${project}/serviceAccount`);
  await call(cloud, "GET", `/storage/v1/projects/${project}/serviceAccount`);
  await call(cloud, "GET", `/logging/v2/projects/${project}/settings`);
}

export const grant = (cloud: FakeCloud, key: string, ...emails: readonly string[]) =>
  call(cloud, "POST", `/cloudkms/v1/${key}:setIamPolicy`, { policy: bindingFor(...emails) });
