/** Service Usage: which APIs are on, and the service agents that come to exist with them. */
import { type Api, type Call, done, page } from "../call";
import { invalid, Refused } from "../refused";
import type { Project } from "../state";

/** Those that the fake knows: Google has some hundreds, and refuses a name that it does not know. */
const KNOWN =
  `artifactregistry autoscaling bigquery bigquerystorage cloudasset cloudbuild cloudkms cloudresourcemanager compute
  containerregistry dataflow datacatalog datapipelines iam iamcredentials logging monitoring orgpolicy pubsub secretmanager serviceusage
  storage storage-api storage-component`
    .split(/\s+/)
    .map((name) => `${name}.googleapis.com`);

/** The agents that need nothing but that the API is on, and those that `services identity create` makes. */
const BY_ENABLING: Readonly<Record<string, readonly string[]>> = {
  "dataflow.googleapis.com": ["service-NUMBER@dataflow-service-producer-prod.iam.gserviceaccount.com"],
  "compute.googleapis.com": [
    "service-NUMBER@compute-system.iam.gserviceaccount.com",
    "NUMBER-compute@developer.gserviceaccount.com",
  ],
  "cloudbuild.googleapis.com": ["NUMBER@cloudbuild.gserviceaccount.com"],
};
const BY_IDENTITY: Readonly<Record<string, string>> = {
  "pubsub.googleapis.com": "service-NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com",
  "artifactregistry.googleapis.com": "service-NUMBER@gcp-sa-artifactregistry.iam.gserviceaccount.com",
  "dataflow.googleapis.com": "service-NUMBER@dataflow-service-producer-prod.iam.gserviceaccount.com",
  "compute.googleapis.com": "service-NUMBER@compute-system.iam.gserviceaccount.com",
  "cloudbuild.googleapis.com": "service-NUMBER@gcp-sa-cloudbuild.iam.gserviceaccount.com",
  "logging.googleapis.com": "service-NUMBER@gcp-sa-logging.iam.gserviceaccount.com",
};

/** Throws Refused where one of them is not known: then none is enabled. */
export function enableServices(project: Project, services: readonly string[]): void {
  const unknown = services.filter((service) => !KNOWN.includes(service));
  if (unknown.length > 0) {
    throw new Refused("PERMISSION_DENIED", `Not found or permission denied for service(s): ${unknown.join(", ")}.`);
  }
  for (const service of services) {
    project.enabled.add(service);
    for (const agent of BY_ENABLING[service] ?? []) project.agents.add(agent.replace("NUMBER", project.number));
  }
}

const nameOf = (call: Call) => (call.params.name ?? call.params.parent ?? "").split("/services/")[1]!;

function shown(call: Call, service: string): object {
  const parent = `projects/${call.project.number}`;
  const state = call.project.enabled.has(service) ? "ENABLED" : "DISABLED";
  return { name: `${parent}/services/${service}`, parent, state, config: { name: service, title: service } };
}

const OPERATION = "operations/acat.p2-fake";
const answer = (type: string, response: object) =>
  done(OPERATION, `google.api.serviceusage.v1.${type}Response`, response);

export const SERVICE_USAGE: Api = {
  name: "serviceusage",
  alwaysOn: true,
  methods: {
    "services.list": [
      "serviceusage.services.list",
      (call) => {
        const state = /^state:(\w+)$/.exec(call.query.get("filter") ?? "")?.[1];
        const all = KNOWN.map((service) => shown(call, service) as { state: string });
        return page(
          "services",
          all.filter((one) => state === undefined || one.state === state),
          call.query,
        );
      },
    ],
    "services.get": ["serviceusage.services.get", (call) => shown(call, nameOf(call))],
    "services.batchGet": [
      "serviceusage.services.get",
      (call) => ({ services: call.query.getAll("names").map((name) => shown(call, name.split("/services/")[1]!)) }),
    ],
    "services.batchEnable": [
      "serviceusage.services.enable",
      (call) => {
        const services = (call.body.serviceIds ?? []) as string[];
        if (services.length === 0 || services.length > 20) throw invalid("Give 1 to 20 services.");
        enableServices(call.project, services);
        return answer("BatchEnableServices", { services: services.map((service) => shown(call, service)) });
      },
    ],
    "services.enable": [
      "serviceusage.services.enable",
      (call) => {
        enableServices(call.project, [nameOf(call)]);
        return answer("EnableService", { service: shown(call, nameOf(call)) });
      },
    ],
    "services.disable": [
      "serviceusage.services.disable",
      (call) => {
        call.project.enabled.delete(nameOf(call));
        return answer("DisableService", { service: shown(call, nameOf(call)) });
      },
    ],
    "services.generateServiceIdentity": [
      "serviceusage.services.enable",
      (call) => {
        const name = nameOf(call);
        const email = Object.hasOwn(BY_IDENTITY, name)
          ? BY_IDENTITY[name]!.replace("NUMBER", call.project.number)
          : undefined;
        if (email === undefined) throw invalid(`Service ${name} has no service identity.`);
        call.project.agents.add(email);
        return done(OPERATION, "google.api.serviceusage.v1beta1.ServiceIdentity", {
          email,
          uniqueId: "100000000000000000001",
        });
      },
    ],
    "operations.get": [undefined, () => ({ name: OPERATION, done: true, response: {} })],
  },
};
