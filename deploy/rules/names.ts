/** No personal data where no key covers them: in names, which logs, metrics and bills carry anywhere, and in samples. */
import type { Deployment } from "../deployment";
import { holdsAccountNumber, holdsEmailAddress, holdsPhoneNumber } from "./personal-data";
import { broken, type Rule } from "./rule";

const SOURCE = "Use customer-managed encryption keys (Dataflow)";
const MEND = "give it another name, in a topic, bucket or table that is made anew";

export const NAMES: readonly Rule[] = [
  {
    id: "DAT-1",
    reason: "No name or label holds an e-mail address: no key covers names, and logs carry them out of the region.",
    source: SOURCE,
    mend: MEND,
    check: noName(holdsEmailAddress, "an e-mail address"),
  },
  {
    id: "DAT-2",
    reason:
      "No name or label holds an account's or a card's number, or digits that could be one (13 or more in a run).",
    source: SOURCE,
    mend: `${MEND}; part the date and the time of a timestamp`,
    check: noName(holdsAccountNumber, "an account's or a card's number"),
  },
  {
    id: "DAT-3",
    reason: "No name or label holds a telephone number: no key covers names, and logs carry them out of the region.",
    source: SOURCE,
    mend: MEND,
    check: noName(holdsPhoneNumber, "a telephone number"),
  },
  {
    id: "DAT-4",
    reason: "No message is sampled: samples show it to whoever may look at the job.",
    source: "Use data sampling to observe pipeline data (Dataflow)",
    mend: "leave out the experiment",
    check: ({ experiments = [] }) =>
      experiments.filter((one) => SAMPLING.has(one)).flatMap((one) => broken(`--experiments ${one} samples messages`)),
  },
];

const SAMPLING = new Set(["enable_data_sampling", "enable_always_on_exception_sampling"]);

/** The finding says which name it is, never the name. */
function noName(holds: (text: string) => boolean, data: string): Rule["check"] {
  return (asked) =>
    namesOf(asked)
      .filter(({ text }) => holds(text))
      .flatMap(({ what }) => broken(`${what} holds what reads as ${data}`));
}

function namesOf(asked: Deployment): readonly { readonly what: string; readonly text: string }[] {
  const withoutDigest = (image: string) => image.replace(/@sha256:.*$/, "");
  const source = asked.source.kind === "topic" ? asked.source.topic : asked.source.subscription;
  return [
    { what: "the job name", text: asked.jobName },
    ...Object.entries(asked.labels).map((label, at) => ({ what: `label ${at + 1}`, text: label.join("\n") })),
    { what: `the ${asked.source.kind}`, text: source },
    { what: "the dead letter topic", text: asked.deadLetterTopic },
    { what: "the staging location", text: asked.stagingLocation ?? "" },
    { what: "the temp location", text: asked.tempLocation ?? "" },
    { what: "the dataset", text: asked.table.dataset },
    { what: "the table", text: asked.table.table },
    { what: "the key", text: asked.dataflowKmsKey ?? "" },
    { what: "the network", text: asked.network ?? "" },
    { what: "the subnetwork", text: asked.subnetwork ?? "" },
    { what: "the worker image", text: withoutDigest(asked.workerImage) },
    { what: "the Python image", text: withoutDigest(asked.pythonImage) },
    { what: "the Java image", text: withoutDigest(asked.javaImage ?? "") },
  ];
}
