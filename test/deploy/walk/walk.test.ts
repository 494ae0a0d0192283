import assert from "node:assert/strict";
import type { Field, Resource } from "../../../deploy/resources/resource";
import { inOrder, walk } from "../../../deploy/walk";
import { differences, UnhandledDifference } from "../../../deploy/walk/diff";

const command = (word: string) => ({ tool: "gcloud", args: [word] }) as const;

const resource = (title: string, refersTo: Resource[] = [], fields: Record<string, Field> = {}): Resource => ({
  kind: "topic",
  title,
  refersTo,
  fields,
  create: [command(`create-${title}`)],
});

describe("the order", () => {
  it("puts each behind all that it refers to, and keeps the given one otherwise", () => {
    const a = resource("a");
    const b = resource("b", [a]);
    const c = resource("c", [b, a]);
    const d = resource("d");
    assert.deepEqual(inOrder([d, c, a, b]), [d, a, b, c]);
  });

  it("is refused where one refers to itself", () => {
    const a = resource("a");
    (a.refersTo as Resource[]).push(resource("b", [a]));
    assert.throws(() => inOrder([a]), /a refers to itself/);
  });
});

describe("a difference", () => {
  const fields = {
    same: { wanted: { a: [1] }, change: () => [command("never")] },
    changed: { wanted: true, change: () => [command("change")] },
    fixed: { wanted: "x", byHand: "make another" },
    later: { wanted: 1, apart: true, change: () => [command("later")] },
  } satisfies Record<string, Field>;

  it("of what is not there is everything that makes it", () => {
    const all = differences(resource("a", [], fields), false, { kind: "absent" });
    assert.deepEqual(
      all.flatMap((one) => ("commands" in one ? one.commands : [])),
      [command("create-a"), command("later")],
    );
  });

  it("of what is there is each value that is another", () => {
    const found = { same: { a: [1] }, changed: false, fixed: "y", later: 1 };
    const all = differences(resource("a", [], fields), false, { kind: "found", fields: found, bindings: [] });
    assert.deepEqual(
      all.map(({ kind }) => kind),
      ["changed", "by hand"],
    );
  });

  it("that no resource handles is an error", () => {
    const forgotten = resource("a", [], { size: { wanted: 1 } });
    assert.throws(
      () => differences(forgotten, false, { kind: "found", fields: { size: 2 }, bindings: [] }),
      (error: UnhandledDifference) => error instanceof UnhandledDifference && error.field === "size",
    );
  });

  it("of what was not observed is that, and never that it is missing", () => {
    const all = differences(resource("a"), false, { kind: "not observed", notObserved: "403" });
    assert.deepEqual(all, [{ kind: "not observed", what: "a", why: "403" }]);
  });

  it("of a grant is one that is missing, also where it is there under a condition", () => {
    const grant = { role: "roles/r", member: "serviceAccount:m", reason: "because", first: command("exist") };
    const opened: Resource = {
      ...resource("a"),
      policy: { look: { command: command("look"), pick: () => [] }, grants: [grant], grant: () => command("grant") },
    };
    const binding = { role: "roles/r", members: ["serviceAccount:m"] };
    const of = (bindings: object[]) =>
      differences(opened, false, { kind: "found", fields: {}, bindings: bindings as never }).map(({ kind }) => kind);
    assert.deepEqual(of([binding]), []);
    assert.deepEqual(of([]), ["not granted"]);
    assert.deepEqual(of([{ ...binding, condition: { expression: "false" } }]), ["not granted"]);
    const unseen = { kind: "found", fields: {}, bindings: { notObserved: "403" } } as const;
    assert.deepEqual(
      differences(opened, false, unseen).map(({ kind }) => kind),
      ["not observed"],
    );
  });
});

describe("the walk", () => {
  it("says of what nobody looked at that it is not observed", () => {
    const a = resource("a");
    const [visit] = walk({ resources: [a], given: new Set(), readings: new Map() });
    assert.equal(visit!.reading.kind, "not observed");
  });
});
