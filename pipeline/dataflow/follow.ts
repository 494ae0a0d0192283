import { setTimeout as sleep } from "node:timers/promises";
import { ENDED } from "./job";
import type { DataflowService, JobMessage } from "./service";
import type { Log } from "../log";

const EVERY_MS = 5_000;

/** Passes a job's messages on until it has ended, or until `stop`; answers the state it is in. Polls every `everyMs`. */
export async function follow(
  service: DataflowService,
  id: string,
  log: Log,
  stop: AbortSignal,
  everyMs = EVERY_MS,
): Promise<string> {
  const seen = new Set<string>();
  let since: string | undefined;
  for (;;) {
    const { currentState = "JOB_STATE_UNKNOWN" } = await service.job(id);
    for (const message of await service.messages(id, since)) {
      const key = message.id ?? `${message.time} ${message.messageText}`;
      if (seen.has(key)) continue;
      seen.add(key);
      since = message.time ?? since;
      log[levelOf(message)](`dataflow: ${message.messageText ?? ""}`);
    }
    if (ENDED.has(currentState) || stop.aborted) return currentState;
    await sleep(everyMs, undefined, { signal: stop }).catch(() => {});
  }
}

function levelOf({ messageImportance = "" }: JobMessage): "info" | "warn" | "error" {
  if (messageImportance.endsWith("ERROR")) return "error";
  return messageImportance.endsWith("WARNING") ? "warn" : "info";
}
