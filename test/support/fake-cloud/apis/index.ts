import type { Api } from "../call";
import { ARTIFACT_REGISTRY } from "./artifact-registry";
import { BIGQUERY } from "./bigquery";
import { CLOUD_BUILD } from "./cloud-build";
import { COMPUTE } from "./compute";
import { DATAFLOW } from "./dataflow";
import { IAM } from "./iam";
import { KMS } from "./kms";
import { LOGGING } from "./logging";
import { MONITORING } from "./monitoring";
import { ORG_POLICY } from "./org-policy";
import { PUBSUB } from "./pubsub";
import { RESOURCE_MANAGER } from "./resource-manager";
import { SERVICE_USAGE } from "./service-usage";
import { STORAGE } from "./storage";

export const APIS: readonly Api[] = [
  ...[SERVICE_USAGE, RESOURCE_MANAGER, KMS, IAM, PUBSUB, BIGQUERY, STORAGE, ARTIFACT_REGISTRY, COMPUTE, LOGGING],
  ...[MONITORING, ORG_POLICY, DATAFLOW, CLOUD_BUILD],
];
