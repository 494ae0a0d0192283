import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { resourcesOf } from "../../deploy/resources";
import { shown } from "../../deploy/resources/command";
import { differences } from "../../deploy/walk/diff";
import { ARTICLE, setupFor } from "./setups";

const PATH = "docs/by-hand.md";
const MADE = /<!-- made: (article )?(.+) -->\n[\s\S]*?<!-- \/made -->/g;
const SETUPS = { london: setupFor(), article: setupFor(ARTICLE) };

/** What is looked up by hand, by the name that the page gives it. */
const VARIABLES = {
  "logs@example.iam.gserviceaccount.com": "LOGGING_ACCOUNT",
  "bank-project": "PROJECT_ID",
  "123456789012": "PROJECT_NUMBER",
};

/** The commands that make a resource out of nothing, as apply runs them. */
function block(profile: keyof typeof SETUPS, title: string): string {
  const resource = resourcesOf(SETUPS[profile]).needed.find((one) => one.title === title);
  assert.ok(resource !== undefined, `there is no ${title}`);
  // What is always there only differs.
  const reading = resource.create.length > 0 ? { kind: "absent" } : { kind: "found", fields: {}, bindings: [] };
  const commands = differences(resource, false, reading as Parameters<typeof differences>[2]).flatMap((one) =>
    "commands" in one ? one.commands.map(shown) : [],
  );
  const text = Object.entries(VARIABLES).reduce(
    (text, [value, name]) => text.replaceAll(value, `\${${name}}`),
    commands.join("\n"),
  );
  return `\`\`\`sh\n${text}\n\`\`\``;
}

describe("docs/by-hand.md", () => {
  const written = readFileSync(PATH, "utf8");

  it("has the commands that apply runs (UPDATE=1 writes them)", () => {
    const updated = written.replaceAll(MADE, (_, article: string | undefined, title: string) => {
      const text = block(article === undefined ? "london" : "article", title);
      return `<!-- made: ${article ?? ""}${title} -->\n${text}\n<!-- /made -->`;
    });
    if (process.env.UPDATE) writeFileSync(PATH, updated);
    else assert.equal(written, updated);
  });

  it("leaves nothing out that a deployment needs", () => {
    const titles = [...written.matchAll(MADE)].map(([, , title]) => title!);
    assert.deepEqual(
      resourcesOf(SETUPS.london)
        .needed.map(({ title }) => title)
        .filter((title) => !titles.includes(title)),
      [],
    );
  });
});
