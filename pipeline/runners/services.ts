/** The processes of other languages that expand a graph: found before anything starts, and ended with the work that needs them. */
import { findJava, type Java, JavaService } from "./java";
import { findPython, PythonService } from "./python";
import type { Context, Methods } from "../composites";
import { needsJava } from "../composites/methods";
import type { Level } from "../log";

export interface Tools {
  readonly python: string;
  /** Undefined where the graph has no step in Java. */
  readonly java: Java | undefined;
}

/** Throws UsageError where one is missing, or is another than is needed. */
export function findTools(methods: Methods): Tools {
  return { python: findPython(), java: needsJava(methods) ? findJava() : undefined };
}

export interface Services {
  readonly python: PythonService;
  /** Where each language expands. */
  readonly expansion: Context["expansion"];
}

/** Starts them for `work`, and ends them with it, or when `stop` is aborted. Whatever ends this process, they end too. */
export async function withServices<T>(
  tools: Tools,
  logLevel: Level,
  stop: AbortSignal,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const started: { stop(): void }[] = [];
  const end = () => {
    for (const service of started) service.stop();
  };
  const kept = <S extends { stop(): void }>(service: S): S => {
    started.push(service);
    if (stop.aborted) service.stop();
    return service;
  };
  stop.addEventListener("abort", end);
  try {
    const python = kept(await PythonService.start(tools.python, logLevel));
    const java = tools.java && kept(await JavaService.start(tools.java, logLevel));
    return await work({ python, expansion: { python: python.expansionService, java: java?.expansionService } });
  } finally {
    stop.removeEventListener("abort", end);
    end();
  }
}
