/** What makes the real gcloud and bq speak to the fake and to nobody else. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Every service whose address gcloud lets one override: one left out would be looked for on the network, for 30 s. */
const SERVICES =
  `accessapproval accesscontextmanager ai aiplatform alloydb anthosevents anthospolicycontrollerstatus_pa apigateway apigee
  apihub apikeys appconfigmanager appengine apphub artifactregistry assuredworkloads auditmanager authztoolkit backupdr baremetalsolution
  batch beyondcorp bigquery bigquerymigration bigtableadmin binaryauthorization categorymanager certificatemanager cloudaicompanion
  cloudasset cloudbilling cloudbuild cloudcommerceconsumerprocurement clouddebugger clouddeploy clouderrorreporting cloudfunctions
  cloudidentity cloudkms cloudlocationfinder cloudnumberregistry cloudquotas cloudresourcemanager cloudresourcesearch cloudscheduler
  cloudshell cloudtasks cloudtrace composer compute config configdelivery connectgateway container containeranalysis datacatalog dataflow
  datafusion datamigration datapol datapipelines dataplex dataproc dataprocgdc datastore datastream deploymentmanager designcenter
  developerconnect discovery dns domains edgecontainer edgenetwork eventarc eventarcpublishing faultinjectiontesting file
  firebasedataconnect firestore geminicloudassist genomics gkebackup gkehub gkemulticloud gkeonprem gkerecommender healthcare iam
  iamcredentials iap ids krmapihosting kubernetespolicy language lifesciences logging looker lustre managedflink managedidentities
  managedkafka manager marketplacesolutions mediaasset memcache memorystore messagestreams metastore ml modelarmor monitoring netapp
  networkconnectivity networkmanagement networksecurity networkservices notebooks observability ondemandscanning oracledatabase
  orglifecycle orgpolicy osconfig oslogin parallelstore parametermanager policyanalyzer policysimulator policytroubleshooter privateca
  privilegedaccessmanager publicca pubsub pubsublite recaptchaenterprise recommender redis remotebuildexecution replicapoolupdater run
  runapps runtimeconfig saasservicemgmt sasportal sddc seclm secretmanager securesourcemanager securitycenter securitycentermanagement
  securityposture servicedirectory servicemanagement serviceregistry serviceusage source sourcerepo spanner speech sql storage
  storagebatchoperations storageinsights stream telcoautomation testing toolresults tpu transcoder transfer transferappliance vision
  vmmigration vmwareengine vpcaccess workflowexecutions workflows workloadcertificate workstations`.split(/\s+/);

/** The path that stands before an API's own: their `/v1/…` would collide. Three have a path of their own, and bq adds BigQuery's itself. */
const PREFIXES: Readonly<Record<string, string>> = { bigquery: "", storage: "storage/v1/", compute: "compute/v1/" };

/** `url`: the fake's, without a slash at its end. `config`: an empty folder that these commands may write to. */
export function cloudSdkEnvironment(url: string, project: string, token: string, config: string) {
  const overrides = SERVICES.map((service) => [
    `CLOUDSDK_API_ENDPOINT_OVERRIDES_${service.toUpperCase()}`,
    `${url}/${PREFIXES[service] ?? `${service}/`}`,
  ]);
  const env: Readonly<Record<string, string>> = {
    CLOUDSDK_CONFIG: config,
    CLOUDSDK_AUTH_ACCESS_TOKEN: token,
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_CORE_DISABLE_FILE_LOGGING: "1",
    CLOUDSDK_SURVEY_DISABLE_PROMPTS: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
    GCE_METADATA_ROOT: "127.0.0.1:1",
    NO_GCE_CHECK: "true",
    // A bq's own settings, of whoever runs the tests, must not be found.
    BIGQUERYRC: join(config, "bigqueryrc"),
    ...Object.fromEntries(overrides),
  };
  return env;
}

/** A folder for CLOUDSDK_CONFIG that saves gcloud the look for a metadata server. */
export function configFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "fake-cloud-"));
  writeFileSync(join(path, "gce"), "False");
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
