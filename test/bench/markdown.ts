/** A bench's report in Markdown: on the screen as it comes, and kept. */
export function markdown() {
  const lines: string[] = [];
  function say(line = ""): void {
    lines.push(line);
    process.stdout.write(`${line}\n`);
  }
  /** A table's line. */
  const row = (...cells: readonly (string | number)[]) => say(`| ${cells.join(" | ")} |`);
  /** Begins a table. */
  function table(...names: readonly string[]): void {
    say();
    row(...names);
    row(...names.map(() => "---"));
  }
  return { say, row, table, text: () => `${lines.join("\n")}\n` };
}
