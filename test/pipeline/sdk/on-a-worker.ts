/** A module as a job registers it: a worker requires it before it makes its Worker. */
import { requireForSerialization } from "../../../pipeline/sdk/beam";

export function* passUnlessThirteen(element: number) {
  if (element === 13) JSON.parse("4111111111111111x");
  if (element === 7) console.info("seven");
  yield element;
}

requireForSerialization(__filename, { passUnlessThirteen });
