/** The table of a job's options. */
import assert from "node:assert/strict";
import { APART, JOB, TOGETHER } from "./every-option";
import { FLAGS, type Flag, type FlagName, pythonFlags } from "../../../pipeline/dataflow/flags";

const NAMES = Object.keys(FLAGS) as FlagName[];

describe("the options of a job", () => {
  it("each have a value in these tests, or a reason why not", () => {
    const covered = [...Object.keys(TOGETHER), ...Object.keys(APART)];
    assert.deepEqual([...covered].sort(), [...NAMES].sort());
  });

  it("are found nowhere in a job that says nothing", () => {
    for (const name of NAMES) {
      assert.equal((FLAGS[name] as Flag).found?.({}), undefined, name);
    }
  });

  it("are all read from the job that has them", () => {
    for (const name of Object.keys(TOGETHER) as FlagName[]) {
      assert.notEqual((FLAGS[name] as Flag).found?.(JOB), undefined, name);
    }
  });
});

describe("the options as Beam's Python takes them", () => {
  it("are given by name and value, lists one by one", () => {
    assert.deepEqual(pythonFlags({ region: "europe-west2", num_workers: 2, experiments: ["a", "b=1"] }), [
      "--region=europe-west2",
      "--num_workers=2",
      "--experiments=a",
      "--experiments=b=1",
    ]);
  });

  it("are switches, given or left out; private addresses are said", () => {
    assert.deepEqual(pythonFlags({ update: true, enable_hot_key_logging: false, use_public_ips: false }), [
      "--update",
      "--no_use_public_ips",
    ]);
    assert.deepEqual(pythonFlags({ use_public_ips: true }), ["--use_public_ips"]);
  });

  it("leave out the images: they stand in the graph", () => {
    assert.deepEqual(pythonFlags({ sdk_container_image: "a:1", python_sdk_container_image: "b:1" }), []);
  });

  it("stay one argument each, whatever is in a value", () => {
    const mapping = '{"a b":"c\\"d"}';
    assert.deepEqual(pythonFlags({ transform_name_mapping: mapping }), [`--transform_name_mapping=${mapping}`]);
  });
});
