#!/bin/bash
# Starts Beam's Java worker as a runner starts a PROCESS environment: boot does the same in the image. JAVA_WORKER_CLASS_PATH, the hosts of
# BigQuery's emulator and JAVA_WORKER_LOG are in the environment.
set -euo pipefail
for argument in "$@"; do
  argument=${argument//\'/}
  case $argument in
    --id=*) id=${argument#*=} ;;
    --control_endpoint=*) control=${argument#*=} ;;
    --logging_endpoint=*) logging=${argument#*=} ;;
    --provision_endpoint=*) provision=${argument#*=} ;;
  esac
done
export HARNESS_ID=$id
export CONTROL_API_SERVICE_DESCRIPTOR="url: \"${control:-$provision}\"" LOGGING_API_SERVICE_DESCRIPTOR="url: \"${logging:-${control:-$provision}}\""
export PIPELINE_OPTIONS="{\"beam:option:big_query_endpoint:v1\":\"http://$BIGQUERY_EMULATOR_HOST\",\"beam:option:credential_factory_class:v1\":\"org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory\",\"beam:option:project:v1\":\"$BIGQUERY_PROJECT\"}"
exec java -Xmx768m -cp "$JAVA_WORKER_CLASS_PATH" PlainTextHarness >> "$JAVA_WORKER_LOG" 2>&1
