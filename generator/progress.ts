import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  add(messages: number): void;
  end(): void;
}

/** A bar on a terminal, nothing elsewhere. */
export function showProgress(total: number, screen: NodeJS.WriteStream): Progress {
  if (!screen.isTTY) return { add() {}, end() {} };
  const bar = new SingleBar(
    { stream: screen, format: "{bar} {percentage}% {value}/{total} messages, {eta} s left", clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { add: (messages) => bar.increment(messages), end: () => bar.stop() };
}
