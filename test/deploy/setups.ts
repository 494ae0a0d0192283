/** What resources are declared from, for tests to change one setting of. */
import { type SettingName, settingsOf } from "../../deploy/deployment/settings";
import { type Asked, askedOf, type Setup } from "../../deploy/resources/setup";
import { loadTableSchema } from "../../schemas/load";

export const ARTICLE = { PROFILE: "article", ACCEPT: "LOC-1,KEY-2" } as const;

type Given = Readonly<Partial<Record<SettingName, string>>>;

export function askedFor(given: Given = {}, orgPolicies = false): Asked {
  const settings = settingsOf({ PROJECT_ID: "bank-project", ...given });
  return askedOf(settings, loadTableSchema(settings.SCHEMA), "0.1.0", orgPolicies);
}

export function setupFor(given: Given = {}, orgPolicies = false): Setup {
  return {
    ...askedFor(given, orgPolicies),
    projectNumber: "123456789012",
    loggingAccount: "logs@example.iam.gserviceaccount.com",
  };
}
