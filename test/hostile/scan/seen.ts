/** Loaded before a submission, by NODE_OPTIONS: its process has read messages before it makes the job's graph, as the serialized functions may keep what they saw. */
import { messageOf } from "./markers";
import { throughPipeline } from "../through";
import { loadTableSchema } from "../../../schemas/load";

const through = throughPipeline(loadTableSchema("schemas/cc_account_info.json"));
for (let at = 0; at < 1000; at++) through(Buffer.from(messageOf(at)));
