/** The images' own files: what Docker and Cloud Build would do with them here. There is neither on a test's machine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { preparedBoot } from "../../support/go";
import { requireJava } from "../../support/java";
import { command } from "../../support/prepared";
import { orSkip } from "../../support/skip";

const DOCKERFILES = ["deploy/worker/Dockerfile", "deploy/worker/python.Dockerfile", "deploy/worker/java.Dockerfile"];
const DIGEST = `@sha256:${"a".repeat(64)}`;

describe("the images' files", () => {
  let scratch: string;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "images-"));
  });

  afterEach(() => rmSync(scratch, { recursive: true }));

  for (const file of DOCKERFILES) {
    it(`${file} runs boot, is not root's, and takes every base from outside`, () => {
      const lines = instructions(file);
      assert.equal(lines.at(-1), 'ENTRYPOINT ["/opt/apache/beam/boot"]');
      assert.match(lines.join("\n"), /^USER \$\{WORKER_USER\}$/m);
      assert.match(lines.find((line) => line.startsWith("ARG WORKER_USER"))!, /=[1-9]\d*:[1-9]\d*$/);
      for (const from of lines.filter((line) => line.startsWith("FROM "))) assert.match(from, /^FROM \$\{\w+_IMAGE\}/);
      for (const label of ["title", "version", "revision", "licenses", "base.name"]) {
        assert.ok(readFileSync(file, "utf8").includes(`org.opencontainers.image.${label}=`), label);
      }
    });
  }

  it("the worker's folder is built of nothing but what the Dockerfile copies", function () {
    const boot = orSkip(this, preparedBoot);
    for (const line of instructions("deploy/worker/Dockerfile").filter((line) => /^COPY (?!--from)/.test(line))) {
      const [, ...paths] = line.split(" ");
      for (const path of paths.slice(0, -1)) cpSync(path, join(scratch, path), { recursive: true });
    }
    symlinkSync(resolve("node_modules"), join(scratch, "node_modules"));
    const done = spawnSync("deploy/worker/build.sh", ["image"], {
      cwd: scratch,
      encoding: "utf8",
      env: { ...process.env, BOOT: boot },
    });
    assert.equal(done.status, 0, done.stderr);
    command("node", ["image/check.js"], {}, scratch);
  });

  it("a build is submitted to the region alone, with every substitution of the build's file", () => {
    const asked = submit({ GO_IMAGE: `g${DIGEST}`, NODE_IMAGE: `n${DIGEST}`, PYTHON_IMAGE: `p${DIGEST}` });
    assert.equal(asked.status, 0, asked.stderr);
    const [build, ...digests] = asked.stdout.trim().split("\n");
    const given = new Map(
      build!
        .split(" ")
        .flatMap((option) => (option.startsWith("--") ? [option.split(/=(.*)/s) as [string, string]] : [])),
    );
    assert.equal(given.get("--region"), "europe-west2");
    assert.equal(given.get("--gcs-source-staging-dir"), "gs://my-builds/source");
    assert.equal(given.get("--gcs-log-dir"), "gs://my-builds/log");
    const substitutions = given.get("--substitutions")!.split(",");
    const names = substitutions.map((one) => one.split("=")[0]);
    const wanted = [...readFileSync("deploy/worker/cloudbuild.yaml", "utf8").matchAll(/^ {2}(_\w+): ""$/gm)];
    assert.deepEqual([...names].sort(), wanted.map(([, name]) => name).sort());
    assert.ok(substitutions.includes(`_NODE_IMAGE=n${DIGEST}`));
    assert.match(
      digests.join("\n"),
      /europe-west2-docker\.pkg\.dev\/my-project\/da-streaming-pipeline\/worker:1\.2\.3/,
    );
  });

  it("the Java image is built where it is asked for, with every substitution of its own file", () => {
    const bases = { GO_IMAGE: `g${DIGEST}`, MAVEN_IMAGE: `m${DIGEST}`, JAVA_IMAGE: `j${DIGEST}` };
    const [, build, ...digests] = submit({ ...bases, WITH_JAVA: "1" })
      .stdout.trim()
      .split("\n");
    assert.match(build!, /--config=deploy\/worker\/cloudbuild\.java\.yaml /);
    const given = /--substitutions=(\S+)/.exec(build!)![1]!.split(",");
    const wanted = [...readFileSync("deploy/worker/cloudbuild.java.yaml", "utf8").matchAll(/^ {2}(_\w+): ""$/gm)];
    assert.deepEqual(given.map((one) => one.split("=")[0]).sort(), wanted.map(([, name]) => name).sort());
    assert.ok(given.includes(`_JAVA_IMAGE=j${DIGEST}`));
    assert.match(digests.at(-1)!, /\/da-streaming-pipeline\/java:1\.2\.3/);
  });

  it("the Java worker's folder has what boot asks for, and every jar in its class path", function () {
    this.timeout(60_000);
    orSkip(this, requireJava);
    command("deploy/worker/java.sh", [scratch]);
    const text = readFileSync(join(scratch, "options/option-classpath.json"), "utf8");
    const { classpath } = (JSON.parse(text) as { options: { classpath: string[] } }).options;
    const here = classpath.map((path) => path.replace("/opt/apache/beam", scratch));
    const jars = readdirSync(join(scratch, "jars")).map((jar) => join(scratch, "jars", jar));
    assert.deepEqual([...here].sort(), [join(scratch, "classes/"), ...jars].sort());
    const agent = `-javaagent:${join(scratch, "jars/jamm.jar")}`;
    const { status, stdout, stderr } = spawnSync("java", [agent, "-cp", here.join(":"), "Service", "SEVERE"], {
      input: "",
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\{"expansionService":"127\.0\.0\.1:\d+"\}/m);
  });

  for (const [name, value] of [
    ["PROJECT_ID", ""],
    ["REGION", "eu"],
    ["BUILD_BUCKET", "my-builds"],
    ["VERSION", "1,_REGION=us-central1"],
    ["NODE_IMAGE", "node:24,_REGION=us-central1"],
    ["PYTHON_IMAGE", "python@sha256:short"],
  ] as const) {
    it(`a build with ${name}=${value} is refused before anything is sent`, () => {
      const asked = submit({ [name]: value });
      assert.equal(asked.status, 2);
      assert.equal(asked.stdout, "");
      assert.match(asked.stderr, new RegExp(`^worker-images: ${name} is .*\\n$`));
    });
  }

  /** With a gcloud that says what it is asked. */
  function submit(settings: Record<string, string>) {
    mkdirSync(join(scratch, "bin"));
    writeFileSync(join(scratch, "bin/gcloud"), '#!/bin/sh\necho "$@"\n');
    chmodSync(join(scratch, "bin/gcloud"), 0o755);
    return spawnSync("deploy/worker/images.sh", {
      encoding: "utf8",
      env: {
        PATH: `${join(scratch, "bin")}:${process.env.PATH}`,
        PROJECT_ID: "my-project",
        REGION: "europe-west2",
        BUILD_BUCKET: "gs://my-builds",
        VERSION: "1.2.3",
        ...settings,
      },
    });
  }
});

/** One a line, continued lines joined. */
function instructions(file: string): string[] {
  const text = readFileSync(file, "utf8")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ");
  return text.split("\n").filter((line) => line.trim() !== "");
}
