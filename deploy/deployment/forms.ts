/** Every name of a deployment held against Google's forms. */
import type { Deployment } from "../deployment";
import { bucketOf, checkForm, DeploymentError, parseImage, parseKey, regionOfSubnetwork, regionOfZone } from "./names";

const JOB_NAME = /^[a-z]([-a-z0-9]{0,1022}[a-z0-9])?$/;
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MOST_LABELS = 64;

/** Throws DeploymentError at the first name that is malformed. */
export function checkForms(asked: Deployment): void {
  checkForm("project", asked.project);
  checkForm("region", asked.region);
  ifGiven(asked.workerRegion, (region) => checkForm("region", region, "workerRegion"));
  ifGiven(asked.workerZone, regionOfZone);
  ifGiven(asked.keyProject, (project) => checkForm("project", project, "keyProject"));
  ifGiven(asked.dataflowKmsKey, parseKey);
  ifGiven(asked.stagingLocation, (location) => bucketOf(location, "stagingLocation"));
  ifGiven(asked.tempLocation, (location) => bucketOf(location, "tempLocation"));
  if (asked.source.kind === "topic") checkForm("topic", asked.source.topic);
  else checkForm("subscription", asked.source.subscription);
  checkForm("topic", asked.deadLetterTopic, "deadLetterTopic");
  checkForm("project", asked.table.project, "table's project");
  checkForm("dataset", asked.table.dataset);
  checkForm("table", asked.table.table);
  parseImage(asked.workerImage, "workerImage");
  parseImage(asked.pythonImage, "pythonImage");
  ifGiven(asked.javaImage, (image) => parseImage(image, "javaImage"));
  ifGiven(asked.network, (network) => checkForm("network", network));
  ifGiven(asked.subnetwork, regionOfSubnetwork);
  ifGiven(asked.serviceAccount, (account) => checkForm("serviceAccount", account));
  checkJobNameAndLabels(asked);
}

function ifGiven(value: string | undefined, check: (value: string) => unknown): void {
  if (value !== undefined) check(value);
}

/** These are free text, where personal data end up: the message does not repeat them. */
function checkJobNameAndLabels({ jobName, labels }: Deployment): void {
  if (!JOB_NAME.test(jobName)) {
    throw new DeploymentError("malformed", "jobName", "the job name is not lower-case letters, digits and hyphens");
  }
  const all = Object.entries(labels);
  if (all.length > MOST_LABELS) {
    throw new DeploymentError("malformed", "labels", `${all.length} labels are given: ${MOST_LABELS} is the most`);
  }
  const form = "lower-case letters, digits, underscores and hyphens, at most 63, the key beginning with a letter";
  const at = all.findIndex(([key, value]) => !LABEL_KEY.test(key) || !LABEL_VALUE.test(value));
  if (at >= 0) throw new DeploymentError("malformed", "labels", `label ${at + 1} is not of the form ${form}`);
}
