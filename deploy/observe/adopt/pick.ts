/** Which of the things that are there a setting names. */
import { DeploymentError } from "../../deployment";
import { type SettingName, type Settings, settingsOf } from "../../deployment/settings";
import type { NotObserved } from "../../walk/diff";

/** What is named already, by whoever asks. */
export type Named = Readonly<Partial<Settings>>;

export interface Choice {
  readonly setting: SettingName;
  /** What the setting takes; undefined where nothing decides. */
  readonly taken?: string;
  /** What it could be. */
  readonly candidates: readonly string[];
  readonly notObserved?: string;
}

/** What is named wins; else the only candidate, where its name is of the setting's form. */
export function pick(named: Named, setting: SettingName, candidates: readonly string[] | NotObserved): Choice {
  const word = named[setting] || undefined;
  if ("notObserved" in candidates) {
    return { setting, candidates: [], ...candidates, ...(word !== undefined && { taken: word }) };
  }
  const fitting = candidates.filter((one) => fits(setting, one));
  const taken = word ?? (candidates.length === 1 ? fitting[0] : undefined);
  return { setting, candidates, ...(taken !== undefined && { taken }) };
}

/** A value that is there, such as a number of days. Nothing where no setting has its form. */
export function pickValue(named: Named, setting: SettingName, value: string | undefined): readonly Choice[] {
  if (value === undefined || value === "" || !fits(setting, value)) return [];
  return [pick(named, setting, [value])];
}

/** Whether nothing decides what the setting is: there are several, one that no setting can name, or nobody could look. */
export const isOpen = ({ taken, candidates, notObserved }: Choice): boolean =>
  taken === undefined && (candidates.length > 0 || notObserved !== undefined);

/** Of what lies in something that is not decided yet nobody can say anything. */
export const within = (around: Choice): readonly string[] | NotObserved =>
  isOpen(around) ? { notObserved: `${around.setting} is to be decided first` } : [];

function fits(setting: SettingName, value: string): boolean {
  try {
    settingsOf({ PROJECT_ID: "some-project", [setting]: value });
    return true;
  } catch (error) {
    if (error instanceof DeploymentError) return false;
    throw error;
  }
}
