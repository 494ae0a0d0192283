import type { FuzzTarget } from "../target";
import { deployment } from "./deployment";
import { fakeCloud } from "./fake-cloud";
import { letters } from "./letters";
import { everyType, message } from "./message";
import { options } from "./options";
import { schema } from "./schema";

/** By name. A target that needs what the machine may lack throws MissingTool when it is made. */
export const TARGETS: Readonly<Record<string, () => FuzzTarget>> = {
  message: () => message,
  "every-type": () => everyType,
  schema: () => schema,
  options: () => options,
  deployment: () => deployment,
  letters: () => letters,
  "fake-cloud": fakeCloud,
};
