/** Small multiples over time as an SVG of a few kilobytes, with no library. Pure. */

export interface Line {
  readonly name: string;
  /** One of `COLOURS`. */
  readonly colour: string;
  /** By x; NaN leaves a gap. */
  readonly values: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export const COLOURS = { blue: "#1f5fa8", orange: "#c2570c", grey: "#6b7280" };

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP] = [760, 120, 64, 16, 26, 22];

/** `title`: for who cannot see it. `x`: of every line, ascending; `unit` says what of. Each panel begins at 0. */
export function plot(title: string, panels: readonly Panel[], x: readonly number[], unit: string): string {
  const full = TOP + panels.length * (HEIGHT + GAP + TOP);
  const parts = panels.map((panel, i) => panelOf(panel, x, TOP + i * (HEIGHT + GAP + TOP)));
  const foot = text(WIDTH / 2, full - 4, `${unit}, from 0 to ${Math.round(x.at(-1) ?? 0)}`, "middle");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${full}" font-family="sans-serif" font-size="11"><title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
${foot}
</svg>
`;
}

function panelOf({ title, lines }: Panel, x: readonly number[], top: number): string {
  const most = roundUp(Math.max(...lines.flatMap(({ values }) => values.filter(Number.isFinite)), 0));
  const [width, last] = [WIDTH - LEFT - RIGHT, x.at(-1) || 1];
  const at = (i: number, value: number) =>
    `${(LEFT + (x[i]! / last) * width).toFixed(1)},${(top + HEIGHT - (value / most) * HEIGHT).toFixed(1)}`;
  const grid = [0, 0.5, 1].map((share) => {
    const y = top + HEIGHT * (1 - share);
    const rule = `<path d="M${LEFT},${y}H${WIDTH - RIGHT}" stroke="#e5e7eb"/>`;
    return rule + text(LEFT - 6, y + 4, String(most * share), "end");
  });
  const drawn = lines.map(({ values, colour }) => {
    const points = values.flatMap((value, i) => (Number.isFinite(value) ? [at(i, value)] : []));
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
  });
  const names = lines.map(({ name, colour }) => `<tspan fill="${colour}" dx="10">${escaped(name)}</tspan>`).join("");
  const head = `<text x="${LEFT}" y="${top - 8}" fill="#111827">${escaped(title)}${names}</text>`;
  return [head, ...grid, ...drawn].join("\n");
}

/** The next of 1, 2, 5 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((times) => times * power).find((round) => round >= value)!;
}

const text = (x: number, y: number, what: string, anchor: string) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#6b7280">${escaped(what)}</text>`;

const escaped = (what: string) => what.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
