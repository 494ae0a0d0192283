#!/bin/bash
# Builds the worker images in Cloud Build, in one region, and prints their digests: `make worker-images` calls it.
#   PROJECT_ID, REGION: where; the registry da-streaming-pipeline is there already
#   BUILD_BUCKET: gs://… in that region, for the sources and the build's log
#   VERSION: the images' tag; by default package.json's
#   WITH_JAVA: given, the Java worker's too, which only Storage Write by Java needs
#   WORKER_POOL, BUILD_SERVICE_ACCOUNT: where a private pool or an account of its own builds
set -euo pipefail
cd "$(dirname "$0")/../.."

refuse() {
  echo "worker-images: $1" >&2
  exit 2
}

setting() { # NAME FORM MEND
  [[ ${!1:-} =~ ^$2$ ]] || refuse "$1 is ${!1:-not given}: $3"
}

VERSION=${VERSION:-$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)}
# What is in the environment wins.
while IFS='=' read -r name image; do
  [ -n "${!name:-}" ] || declare "$name=$image"
done < <(grep -v '^#' deploy/worker/bases)

setting PROJECT_ID '[a-z][a-z0-9-]{4,28}[a-z0-9]' "say which project, as PROJECT_ID=my-project"
setting REGION '[a-z]+-[a-z]+[0-9]+' "say which region, as REGION=europe-west2; a multi-region is none"
setting BUILD_BUCKET 'gs://[a-z0-9][a-z0-9_.-]+[a-z0-9]' "say a bucket of the region, as BUILD_BUCKET=gs://my-builds: Cloud Build's default one is in the US"
setting VERSION '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}' "an image's tag is letters, digits, dots, dashes and underscores"
for base in GO_IMAGE NODE_IMAGE PYTHON_IMAGE MAVEN_IMAGE JAVA_IMAGE; do
  setting "$base" '[A-Za-z0-9./:_-]+(@sha256:[0-9a-f]{64})?' "say an image, as in deploy/worker/bases"
done
command -v gcloud > /dev/null || refuse "gcloud is missing: https://cloud.google.com/sdk/docs/install"

common=_REGION=$REGION,_VERSION=$VERSION,_REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown),_GO_IMAGE=$GO_IMAGE

build() { # CONFIG SUBSTITUTIONS
  gcloud builds submit . --project="$PROJECT_ID" --region="$REGION" --config="deploy/worker/$1" \
    --gcs-source-staging-dir="$BUILD_BUCKET/source" --gcs-log-dir="$BUILD_BUCKET/log" --substitutions="$common,$2" \
    ${WORKER_POOL:+--worker-pool="$WORKER_POOL"} ${BUILD_SERVICE_ACCOUNT:+--service-account="$BUILD_SERVICE_ACCOUNT"}
}

build cloudbuild.yaml "_NODE_IMAGE=$NODE_IMAGE,_PYTHON_IMAGE=$PYTHON_IMAGE"
[ -z "${WITH_JAVA:-}" ] || build cloudbuild.java.yaml "_MAVEN_IMAGE=$MAVEN_IMAGE,_JAVA_IMAGE=$JAVA_IMAGE"

for name in worker python ${WITH_JAVA:+java}; do
  gcloud artifacts docker images describe "$REGION-docker.pkg.dev/$PROJECT_ID/da-streaming-pipeline/$name:$VERSION" \
    --project="$PROJECT_ID" --format='value(image_summary.fully_qualified_digest)'
done
echo "before a job uses one: make verify-image IMAGE=…@sha256:… REVISION=$(git rev-parse HEAD 2> /dev/null || echo …) SOURCE=$BUILD_BUCKET/source/" >&2
