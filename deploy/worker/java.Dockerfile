# The worker of the Java side, which only --bigquery_write_method storage_write_… needs: Beam's harness and BigQuery's Storage Write, from the
# jars of pipeline/java/jars.sha256. `make worker-images WITH_JAVA=1` builds it; by hand, from the project's root:
#   docker build -f deploy/worker/java.Dockerfile --build-arg JAVA_IMAGE=… --build-arg MAVEN_IMAGE=… --build-arg GO_IMAGE=… .
# Java's major version is the submitter's, or a newer one.
ARG GO_IMAGE=golang:1.26-bookworm
ARG MAVEN_IMAGE=maven:3.9-eclipse-temurin-17
ARG JAVA_IMAGE=eclipse-temurin:17-jre

FROM ${GO_IMAGE} AS boot
COPY deploy/worker/boot.sh /beam/
COPY deploy/worker/boot/java /beam/boot/java
RUN /beam/boot.sh java /beam/java

FROM ${MAVEN_IMAGE} AS build
WORKDIR /project
COPY pipeline/java pipeline/java
COPY deploy/worker/java.sh deploy/worker/java.sh
RUN pipeline/java/setup.sh && deploy/worker/java.sh /opt/apache/beam

FROM ${JAVA_IMAGE}
ARG JAVA_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="regulated-streaming-pipeline Java worker" \
      org.opencontainers.image.description="Apache Beam's Java worker with BigQuery's Storage Write" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${JAVA_IMAGE}"
COPY --from=build /opt/apache/beam /opt/apache/beam
COPY --from=boot /beam/java/boot /opt/apache/beam/boot
ARG WORKER_USER=10001:10001
# Boot writes a jar and the pipeline's options where it stands.
RUN mkdir /work && chown ${WORKER_USER} /work
ENV HOME=/work
WORKDIR /work
USER ${WORKER_USER}
# Whatever is missing in the class path is missed here: the service finds all transforms, and ends with its input.
RUN java -javaagent:/opt/apache/beam/jars/jamm.jar -cp '/opt/apache/beam/classes:/opt/apache/beam/jars/*' Service SEVERE < /dev/null
ENTRYPOINT ["/opt/apache/beam/boot"]
