/** Which code an input reaches, by V8's own block coverage. Nothing is instrumented, so what runs is what users run. */
import { Session } from "node:inspector";

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** Functions that ran, each with its blocks. */
export type Taken = readonly { readonly url: string; readonly ranges: readonly Range[] }[];

export class Coverage {
  private readonly session = new Session();
  /** For each script, the characters that have ever run. */
  private readonly reached = new Map<string, Uint8Array>();
  /** Blocks of code that have run so far, as V8 parts them. */
  blocks = 0;

  constructor(private readonly sources: RegExp) {
    this.session.connect();
    this.post("Profiler.enable");
    this.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** What ran since this was last asked. */
  taken(): Taken {
    const { result } = this.post("Profiler.takePreciseCoverage") as { result: readonly Script[] };
    return result
      .filter(({ url }) => this.sources.test(url))
      .flatMap(({ url, functions }) => functions.map(({ ranges }) => ({ url, ranges })))
      .filter(({ ranges }) => ranges[0]!.count > 0);
  }

  /** Whether any of it had never run before. From now on it has, where `isKept`. */
  isNew(taken: Taken, isKept: boolean): boolean {
    let blocks = 0;
    for (const one of taken) blocks += this.newBlocks(one, isKept);
    if (isKept) this.blocks += blocks;
    return blocks > 0;
  }

  close(): void {
    this.session.disconnect();
  }

  /** The first range is the whole function, and those after it lie within: what is not reached is cut out of what is. */
  private newBlocks({ url, ranges }: Taken[number], isKept: boolean): number {
    const whole = ranges[0]!;
    const now = new Uint8Array(whole.endOffset - whole.startOffset);
    for (const { startOffset, endOffset, count } of ranges) {
      now.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    }
    const ever = this.everReached(url, whole.endOffset);
    let blocks = 0;
    let wasNew = false;
    for (let at = 0; at < now.length; at++) {
      const isNew = now[at] === 1 && ever[whole.startOffset + at] === 0;
      if (isNew && isKept) ever[whole.startOffset + at] = 1;
      if (isNew && !wasNew) blocks += 1;
      wasNew = isNew;
    }
    return blocks;
  }

  private everReached(url: string, length: number): Uint8Array {
    const known = this.reached.get(url) ?? new Uint8Array(0);
    if (known.length >= length) return known;
    const longer = new Uint8Array(length * 2);
    longer.set(known);
    this.reached.set(url, longer);
    return longer;
  }

  /** The inspector answers such questions before `post` returns. */
  private post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.session.post(method, params, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
