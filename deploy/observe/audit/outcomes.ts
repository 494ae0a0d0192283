/** Every rule, held against each running job and what was found; then what only an audit can ask. */
import { DeploymentError, type Deployment, lastPart } from "../../deployment";
import { heldAgainstRules, type Observations, RULES, type Verdict } from "../../rules";
import { asFound } from "../for-rules";
import { OWN } from "./checks";
import type { Gathered } from "./gather";
import { deploymentOfJob, nameOfJob } from "./jobs";
import type { Audit, Outcome } from "./model";
import { isNotObserved } from "./model/told";

type Parts = Pick<Audit, "chain" | "keys" | "uncovered">;

export function outcomesOf(gathered: Gathered, parts: Parts): readonly Outcome[] {
  const { accepted } = gathered.setup;
  const own = OWN.map(({ check, ...about }): Outcome => {
    const { broken = [], notObserved = [] } = check(gathered, parts);
    if (broken.length > 0) {
      const outcome = accepted.includes(about.id) ? "accepted" : "broken";
      return { ...about, outcome, found: [...broken, ...notObserved.map((one) => `not observed: ${one}`)] };
    }
    return { ...about, outcome: notObserved.length > 0 ? "not observed" : "holds", found: notObserved };
  });
  return [...rulesHeld(gathered), ...own];
}

interface Held {
  readonly who: string;
  readonly verdict: Verdict | { readonly error: string };
}

function rulesHeld(gathered: Gathered): readonly Outcome[] {
  const { accepted } = gathered.setup;
  const found = asFound(gathered.visits);
  const held = subjectsOf(gathered).map(({ who, deployment }): Held => {
    try {
      return { who, verdict: heldAgainstRules(deployment, ofItsOwn(found, deployment, gathered), accepted) };
    } catch (error) {
      // A job may carry names that no rule can read.
      if (!(error instanceof DeploymentError) || who === "") throw error;
      return { who, verdict: { error: error.message } };
    }
  });
  return RULES.map(({ id, reason, source, mend }) => ({ id, reason, source, mend, ...outcomeOf(id, held) }));
}

/** The jobs that run; the deployment as it is asked for, where none does. */
function subjectsOf({ jobs, deployment }: Gathered): readonly { who: string; deployment: Deployment }[] {
  const asked = { who: "", deployment };
  if (isNotObserved(jobs) || jobs.ours.length === 0) return [asked];
  return jobs.ours.map((job) => ({ who: nameOfJob(job), deployment: deploymentOfJob(deployment, job) }));
}

/** What was looked at are the deployment's own things: what a job uses in their place nobody has seen. */
function ofItsOwn(found: Observations, job: Deployment, { deployment, setup }: Gathered): Observations {
  const { project, region, settings } = setup;
  const repository = `${region}-docker.pkg.dev/${project.replace(":", "/")}/${settings.REGISTRY}/`;
  const image = <T>(name: string | undefined, seen: T) =>
    name === undefined || name.startsWith(repository) ? seen : elsewhere("the job's image is in another repository");
  const bucket = <T>(url: string | undefined, seen: T) =>
    url === undefined || url.startsWith(`gs://${settings.BUCKET}/`) ? seen : elsewhere("the job uses another bucket");
  return {
    ...found,
    stagingBucket: bucket(job.stagingLocation, found.stagingBucket),
    tempBucket: bucket(job.tempLocation, found.tempBucket),
    workerRepository: image(job.workerImage, found.workerRepository),
    pythonRepository: image(job.pythonImage, found.pythonRepository),
    javaRepository: job.javaImage === undefined ? undefined : image(job.javaImage, found.workerRepository),
    key: job.dataflowKmsKey === deployment.dataflowKmsKey ? found.key : elsewhere("the job uses another key"),
    subnetwork:
      lastPart(job.subnetwork) === lastPart(deployment.subnetwork)
        ? found.subnetwork
        : elsewhere("the job uses another subnetwork"),
  };
}

const elsewhere = (notObserved: string) => ({ notObserved: `${notObserved} than the deployment's` });

function outcomeOf(id: string, held: readonly Held[]): Pick<Outcome, "outcome" | "found"> {
  const by = (kind: "broken" | "accepted") =>
    held.flatMap(({ who, verdict }) =>
      "error" in verdict
        ? []
        : verdict[kind].filter(({ rule }) => rule.id === id).flatMap(({ found }) => found.map(withJob(who))),
    );
  const [broken, accepted] = [by("broken"), by("accepted")];
  if (broken.length > 0) return { outcome: "broken", found: unique(broken) };
  const unseen = held.flatMap(({ who, verdict }) =>
    "error" in verdict
      ? [withJob(who)(verdict.error)]
      : verdict.notObserved.filter(({ rule }) => rule === id).map(({ what, why }) => `${what}: ${why}`),
  );
  if (unseen.length > 0) return { outcome: "not observed", found: unique(unseen) };
  return accepted.length > 0 ? { outcome: "accepted", found: unique(accepted) } : { outcome: "holds", found: [] };
}

const withJob = (who: string) => (found: string) => (who === "" ? found : `${who}: ${found}`);
const unique = (all: readonly string[]) => [...new Set(all)];
