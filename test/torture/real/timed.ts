/** What goes wrong at a time of its own: signals, the wires, the disk. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Disk } from "./disk";
import type { Faults } from "./faults";
import type { Link } from "./links";
import type { Pipeline } from "./pipeline";
import type { TimedFault } from "./scenario";

export interface Victims {
  readonly pipelines: readonly Pipeline[];
  readonly source: Link;
  /** Undefined where the sink is a file. */
  readonly sink: Link | undefined;
  /** Undefined where this machine lets us have none. */
  readonly disk: Disk | undefined;
}

/** Ends when it is over, and counts it where it came to pass. */
export async function happen({ what, at, ms }: TimedFault, victims: Victims, faults: Faults): Promise<void> {
  const pipeline = victims.pipelines[at % victims.pipelines.length]!;
  await sleep(at);
  const came = await (() => {
    switch (what) {
      case "SIGKILL":
      case "SIGTERM":
        return pipeline.kill(what);
      case "SIGSTOP":
        return stopped(pipeline, ms);
      case "clock jump":
        return pipeline.signal("SIGUSR2");
      case "disk full":
        return filled(victims.disk, ms);
      default:
        return broken(what, victims, ms);
    }
  })();
  if (came) faults.count(what);
}

async function stopped(pipeline: Pipeline, ms: number): Promise<boolean> {
  const came = pipeline.signal("SIGSTOP");
  await sleep(ms);
  pipeline.signal("SIGCONT");
  return came;
}

async function filled(disk: Disk | undefined, ms: number): Promise<boolean> {
  disk?.fill();
  await sleep(ms);
  disk?.makeRoom();
  return disk !== undefined;
}

async function broken(
  what: `${"source" | "sink"} ${"cut" | "half-open" | "down"}`,
  victims: Victims,
  ms: number,
): Promise<boolean> {
  const [end, action] = what.split(" ") as ["source" | "sink", string];
  const link = victims[end]!;
  if (action === "cut") link.cut();
  else if (action === "half-open") link.halfOpen();
  else {
    link.down();
    await sleep(ms);
    link.up();
  }
  return true;
}
