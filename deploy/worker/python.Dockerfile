# The worker of the Python side, which reads from Pub/Sub and writes to BigQuery. Its composites travel in the graph as source text; here is
# what they import. `make worker-images` builds it; by hand, from the project's root:
#   docker build -f deploy/worker/python.Dockerfile --build-arg PYTHON_IMAGE=… --build-arg GO_IMAGE=… --build-arg VERSION=… .
# Python's minor version is the submitter's: what is pickled there is read here.
ARG GO_IMAGE=golang:1.26-bookworm
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${GO_IMAGE} AS boot
COPY deploy/worker/boot.sh /beam/
COPY deploy/worker/boot/python /beam/boot/python
RUN /beam/boot.sh python /beam/python

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="regulated-streaming-pipeline Python worker" \
      org.opencontainers.image.description="Apache Beam's Python worker with the dependencies of the pipeline's ends" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
COPY pipeline/python/requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary=:all: -r /tmp/requirements.txt && pip check && rm /tmp/requirements.txt
COPY --from=boot /beam/python/boot /opt/apache/beam/boot
# Without this, boot makes a venv for each worker at its start, and needs to be root for it.
ENV RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1
ARG WORKER_USER=10001:10001
# Boot writes the pipeline's options beside itself.
RUN mkdir /work && chown ${WORKER_USER} /work
ENV HOME=/work
WORKDIR /work
USER ${WORKER_USER}
RUN python -c "import apache_beam.runners.worker.sdk_worker_main, apache_beam.io.gcp.pubsub, google.cloud.bigquery, google.cloud.pubsub"
ENTRYPOINT ["/opt/apache/beam/boot"]
