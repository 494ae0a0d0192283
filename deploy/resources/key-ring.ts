/** A key ring can be made, and never deleted. */
import type { KeyAsked } from "../deployment/from-settings";
import { API } from "./apis";
import { type Command, gcloud } from "./command";
import { named, type Resource } from "./resource";

export const listKeys = ({ ring, location, project }: Pick<KeyAsked, "ring" | "location" | "project">): Command =>
  gcloud("kms keys list", { keyring: ring, location, project, format: "json" });

export function keyRing({ project, location, ring }: KeyAsked, apis: Resource): Resource {
  return {
    kind: "keyring",
    title: `key ring ${location}/${ring}`,
    refersTo: [apis],
    api: API.kms,
    // Its keys are listed anyway, and only a ring has any answer to that.
    look: {
      command: listKeys({ ring, location, project }),
      pick: () => ({}),
      otherwise: {
        command: gcloud("kms keyrings list", { location, project, format: "json" }),
        pick: (rings: { name: string }[]) =>
          named(rings, `projects/${project}/locations/${location}/keyRings/${ring}`) && {},
      },
    },
    fields: {},
    create: [gcloud("kms keyrings create", { location, project }, ring)],
    terraform: [{ type: "google_kms_key_ring", body: { project, location, name: ring } }],
    remove: "Cloud KMS deletes no key ring",
  };
}
