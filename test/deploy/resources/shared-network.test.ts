import assert from "node:assert/strict";
import { walk } from "../../../deploy/walk";
import { shown } from "../../../deploy/resources/command";
import { resourcesOf } from "../../../deploy/resources";
import { heldBeforehand } from "../../../deploy/observe/plan";
import { askedFor, setupFor } from "../setups";

const SHARED = { NETWORK_PROJECT: "host-project", NETWORK: "shared", SUBNETWORK: "shared-london" };
const networks = () => resourcesOf(setupFor(SHARED)).needed.filter(({ kind }) => kind === "network");

describe("a network of another project", () => {
  it("is looked for there, and given", () => {
    assert.ok(setupFor(SHARED).given.has("network"));
    for (const { title, look } of networks()) assert.match(shown(look!.command), /--project=host-project\b/, title);
  });

  it("is named to Dataflow by its URL, which holds every rule of names and places", () => {
    const asked = askedFor(SHARED);
    assert.equal(
      asked.deployment.subnetwork,
      "https://www.googleapis.com/compute/v1/projects/host-project/regions/europe-west2/subnetworks/shared-london",
    );
    assert.deepEqual(heldBeforehand(asked).broken, []);
  });

  it("is never made, changed or opened here: what it lacks is said to whoever owns it", () => {
    const resources = networks();
    const found = { kind: "found" as const, fields: { network: "shared", privateGoogleAccess: true }, bindings: [] };
    const readings = new Map(resources.map((one) => [one, found]));
    const visits = walk({ resources, given: setupFor(SHARED).given, readings });
    const differing = visits
      .filter(({ reading }) => reading.kind === "found")
      .flatMap(({ differences }) => differences);
    assert.deepEqual(
      differing.map((one) => [one.kind, "commands" in one ? one.commands.map(shown) : []]),
      [
        [
          "by hand",
          [
            "gcloud compute networks subnets add-iam-policy-binding shared-london --region=europe-west2 --project=host-project --member=serviceAccount:service-123456789012@dataflow-service-producer-prod.iam.gserviceaccount.com --role=roles/compute.networkUser",
          ],
        ],
      ],
    );
  });
});
