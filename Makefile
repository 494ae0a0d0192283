# Every target says in one line what it does: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

MESSAGES ?= 10000
INVALID  ?= 0.02
SEED     ?= 1
RATE     ?=
SCHEMA   ?= schemas/cc_account_info.json

TS := node -r ts-node/register

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: setup
setup: node_modules/.installed python ## install what is missing: npm ci, and Beam's Python for Dataflow (PYTHON)

node_modules/.installed: package.json package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "Node.js 20 or newer, with npm, is missing: https://nodejs.org" >&2; exit 1; }
	@node -e 'if (parseInt(process.versions.node) < 20) { console.error("Node.js " + process.versions.node + " is too old: 20 or newer is needed"); process.exit(1) }'
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: python
python:
	@PYTHON=$(PYTHON) pipeline/python/setup.sh

.PHONY: java
java: ## bring Beam's Java for --bigquery_write_method storage_write_…: 165 MB by Maven, held against pipeline/java/jars.sha256
	@pipeline/java/setup.sh

.PHONY: run-direct
run-direct: node_modules/.installed ## generate messages and run the pipeline on this machine (MESSAGES INVALID SEED RATE SCHEMA TABLE_KEY_FILE TABLE_KMS_KEY)
	@$(if $(TABLE_KEY_FILE)$(TABLE_KMS_KEY),PYTHON=$(PYTHON) deploy/files/duckdb/setup.sh)
	@$(TABLE_KEY) MESSAGES=$(MESSAGES) INVALID=$(INVALID) SEED=$(SEED) RATE=$(RATE) SCHEMA=$(SCHEMA) SUBSCRIPTION=$(SUBSCRIPTION) $(TS) test/support/run-direct.ts

# Where the table is encrypted: the file of its key, or the key in Cloud KMS that wraps one.
TABLE_KEY = TABLE_KEY_FILE="$(TABLE_KEY_FILE)" TABLE_KMS_KEY="$(TABLE_KMS_KEY)"

.PHONY: duckdb-openssl
duckdb-openssl: ## bring the extension that encrypts a DuckDB table (--duckdb_key_file, --duckdb_kms_key): 7 MB from PyPI by SHA-256
	@PYTHON=$(PYTHON) deploy/files/duckdb/setup.sh

.PHONY: run-dataflow
run-dataflow: setup ## submit the pipeline to Dataflow, where .env has everything (as plan; ARGS="--dry_run …")
	@$(JOB_FLAGS) && $(TS) pipeline/main.ts --runner Dataflow $$flags $(ARGS)

# The deployment, as the flags of its job.
JOB_FLAGS = flags="$$($(TS) deploy/main.ts job-flags)"

.PHONY: submission
submission: setup ## submit to stand-ins of Dataflow and Cloud Storage, and show the job that Dataflow would have had (as run-dataflow)
	@test -n "$(PROJECT_ID)" || test -f .env || export PROJECT_ID=my-project; $(JOB_FLAGS) && $(TS) test/submission/main.ts $$flags $(ARGS)

.PHONY: rehearse
rehearse: setup ## run the graph that a submission stages on Beam's Prism, and hold it against run-direct (MESSAGES INVALID SEED READ METHOD)
	@READ=$(READ) METHOD=$(METHOD) test/rehearsal/rehearse.sh

.PHONY: canary
canary: setup ## one message, one row, on the real Dataflow: what was never confirmed, found out in ten minutes (as run-dataflow, MINUTES)
	@$(JOB_FLAGS) && $(TS) test/canary/main.ts $$flags $(ARGS)

.PHONY: rules
rules: node_modules/.installed ## list the rules of location and key that a submission is held against
	@$(TS) deploy/main.ts rules

.PHONY: plan
plan: node_modules/.installed ## what the cloud lacks of the deployment, and the commands that apply runs (.env, or PROJECT_ID …; ORG_POLICIES=1)
	@$(TS) deploy/main.ts plan $(if $(ORG_POLICIES),--org-policies) $(ARGS)

.PHONY: apply
apply: node_modules/.installed ## make it so; asks once (as plan; YES=1 does not ask)
	@$(TS) deploy/main.ts apply $(if $(YES),--yes) $(if $(ORG_POLICIES),--org-policies) $(ARGS)

.PHONY: verify
verify: node_modules/.installed ## hold every rule and every declared value against what the cloud says (as plan)
	@$(TS) deploy/main.ts verify $(if $(ORG_POLICIES),--org-policies) $(ARGS)

.PHONY: audit
audit: node_modules/.installed ## prove it: every place, key, job and grant, as the cloud says; a report and an attestation in build/audit/latest (as plan; WATCH=seconds SIGN_KEY=key version)
	@$(TS) deploy/proof.ts audit $(if $(WATCH),--watch $(WATCH)) $(if $(SIGN_KEY),--sign-key $(SIGN_KEY)) $(ARGS)

.PHONY: audit-diff
audit-diff: node_modules/.installed ## what changed between two audits (A=build/audit/… B=build/audit/…)
	@test -n "$(A)" && test -n "$(B)" || { echo "say which two: make audit-diff A=build/audit/… B=build/audit/latest" >&2; exit 2; }
	@$(TS) deploy/proof.ts audit-diff $(A) $(B)

.PHONY: verify-attestation
verify-attestation: node_modules/.installed ## who signed what; fetches nothing (FILE=attestation.json KEY=attestation.pub.pem SUBJECT=sha256:…)
	@test -n "$(FILE)" && test -n "$(KEY)" || { echo "say what, and whom you trust: make verify-attestation FILE=… KEY=….pem" >&2; exit 2; }
	@$(TS) deploy/proof.ts verify-attestation $(FILE) --key $(KEY) $(foreach one,$(SUBJECT),--subject $(one))

.PHONY: verify-image
verify-image: node_modules/.installed ## before a job uses it: what Cloud Build signed of a worker image (IMAGE=…@sha256:… REVISION=commit SOURCE=gs://… KEY=cloud-build.pem)
	@test -n "$(IMAGE)" || { echo "say which, by its digest: make verify-image IMAGE=REGION-docker.pkg.dev/…@sha256:…" >&2; exit 2; }
	@$(TS) deploy/proof.ts verify-image $(IMAGE) $(if $(KEY),--key $(KEY)) $(if $(REVISION),--revision $(REVISION)) $(if $(SOURCE),--source $(SOURCE))

.PHONY: demo-proof
demo-proof: setup ## apply, submit, audit, report, attest and verify, in a fake cloud on this machine; then find what was moved behind its back
	@$(TS) test/proof/main.ts

.PHONY: status
status: node_modules/.installed ## how it is now: job, key, backlog, delay, rows/s, dead letters, alerts; 1 where somebody has to look (as plan; WATCH=seconds JSON=1)
	@$(TS) deploy/operate.ts status $(if $(WATCH),--watch $(WATCH)) $(if $(JSON),--json) $(ARGS)

# Where dead letters are: a file, or the deployment's subscription.
LETTERS = $(if $(FILE),--file $(FILE)) $(if $(DUCKDB),--duckdb $(DUCKDB)) $(if $(TABLE_KEY_FILE),--duckdb-key-file $(TABLE_KEY_FILE)) $(if $(TABLE_KMS_KEY),--duckdb-kms-key $(TABLE_KMS_KEY)) $(ARGS)

.PHONY: dead-letters
dead-letters: node_modules/.installed ## list dead letters by reason and column; they stay where they are (FILE=…, or as plan; SHOW=message id)
	@$(TS) deploy/operate.ts dead-letters $(if $(FILE),--file $(FILE)) $(if $(SHOW),--show $(SHOW)) $(ARGS)

.PHONY: replay
replay: node_modules/.installed ## publish their messages again, mended or not; YES=1 does it (as dead-letters; REASON COLUMN ID FIX_FILE DUCKDB)
	@$(TS) deploy/operate.ts replay $(LETTERS) $(if $(REASON),--reason $(REASON)) $(if $(COLUMN),--column $(COLUMN)) $(if $(ID),--id $(ID)) $(if $(FIX_FILE),--fix-file $(FIX_FILE)) $(if $(YES),--yes)

.PHONY: conserve
conserve: node_modules/.installed ## published = rows + dead letters + waiting, with sources (as dead-letters; PUBLISHED_IDS=file DUCKDB SINCE UNTIL)
	@$(TS) deploy/operate.ts conserve $(LETTERS) $(if $(PUBLISHED_IDS),--published-ids $(PUBLISHED_IDS)) $(if $(SINCE),--since $(SINCE)) $(if $(UNTIL),--until $(UNTIL))

.PHONY: capacity
capacity: node_modules/.installed ## workers, quotas that break and price of a rate; asks nobody; 1 where a default quota breaks (RATE=1GiB MESSAGE_BYTES REGION METHOD ASSUME="name=value …" JSON=1)
	@$(TS) deploy/capacity.ts capacity $(if $(RATE),--rate "$(RATE)") $(if $(MESSAGE_BYTES),--message-bytes "$(MESSAGE_BYTES)") $(if $(REGION),--region "$(REGION)") $(if $(METHOD),--method "$(METHOD)") $(foreach one,$(ASSUME),--assume "$(one)") $(if $(JSON),--json) $(ARGS)

.PHONY: revoke
revoke: node_modules/.installed ## take the keys away, and watch each consumer until it is refused (as plan; YES=key HOW=drain|snapshot|now BY=versions|grant ONLY=key WITHIN=seconds DRY_RUN=1 AT_ONCE=1)
	@$(TS) deploy/off-switch.ts revoke $(if $(YES),--yes "$(YES)") $(if $(HOW),--how $(HOW)) $(if $(BY),--by $(BY)) $(if $(ONLY),--only "$(ONLY)") $(if $(WITHIN),--within $(WITHIN)) $(if $(DRY_RUN),--dry-run) $(if $(AT_ONCE),--at-once) $(ARGS)

.PHONY: restore
restore: node_modules/.installed ## give back what revoke took, wait until each consumer works, count what waits (as plan; YES=key WITHIN=seconds START_JOB="make run-dataflow …" DRY_RUN=1)
	@$(TS) deploy/off-switch.ts restore $(if $(YES),--yes "$(YES)") $(if $(WITHIN),--within $(WITHIN)) $(if $(START_JOB),--start-job "$(START_JOB)") $(if $(DRY_RUN),--dry-run) $(ARGS)

.PHONY: rotate
rotate: node_modules/.installed ## a new version of the keys; encrypt anew what can be; say what is under which version (as plan; YES=key ONLY=key KEEP_PRIMARY=1 DISABLE_OLD=1 FORCE=1 DRY_RUN=1)
	@$(TS) deploy/off-switch.ts rotate $(if $(YES),--yes "$(YES)") $(if $(ONLY),--only "$(ONLY)") $(if $(KEEP_PRIMARY),--keep-primary) $(if $(DISABLE_OLD),--disable-old) $(if $(FORCE),--force) $(if $(DRY_RUN),--dry-run) $(ARGS)

.PHONY: drill
drill: node_modules/.installed ## practise the off switch on a deployment of its own name, never production: generate, revoke, restore, count (as plan; YES=deployment JOB="make run-dataflow …")
	@$(TS) deploy/drill.ts drill $(if $(YES),--yes "$(YES)") $(if $(JOB),--job "$(JOB)") $(ARGS)

.PHONY: drill-local
drill-local: setup ## the same on this machine: a running pipeline on the emulators loses its key and gets it back, and nothing is lost (RATE BEFORE AFTER)
	@RATE=$(RATE) BEFORE=$(BEFORE) AFTER=$(AFTER) $(TS) test/drill/main.ts

.PHONY: compare-keys
compare-keys: setup ## "is encryption slow?": the same load under Google's, a software and an HSM key, in turns, on deployments of their own (as plan; ZONE YES=deployment ROUNDS BILLING_TABLE=p.d.t)
	@$(TS) deploy/compare.ts compare-keys $(if $(YES),--yes "$(YES)") $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(BILLING_TABLE),--billing-table "$(BILLING_TABLE)") $(ARGS)

.PHONY: compare-keys-report
compare-keys-report: node_modules/.installed ## the report once more, of the rounds on record; with the cost, once the export has it (BILLING_TABLE=p.d.t)
	@$(TS) deploy/compare.ts report $(if $(BILLING_TABLE),--billing-table "$(BILLING_TABLE)") $(ARGS)

.PHONY: compare-keys-teardown
compare-keys-teardown: node_modules/.installed ## take the three deployments of compare-keys away, with what they hold (as plan; YES=deployment DESTROY_KEYS=key,key DRY_RUN=1)
	@$(TS) deploy/compare.ts teardown $(if $(YES),--yes "$(YES)") $(if $(DESTROY_KEYS),--destroy-keys "$(DESTROY_KEYS)") $(if $(DRY_RUN),--dry-run) $(ARGS)

.PHONY: compare-keys-local
compare-keys-local: setup ## a test of compare-keys on stand-ins, which encrypt nothing (ROUNDS BACKLOG RATE STEADY SLOW=hsm:150 RESUME=1)
	@ROUNDS=$(ROUNDS) BACKLOG=$(BACKLOG) RATE=$(RATE) STEADY=$(STEADY) SLOW=$(SLOW) RESUME=$(RESUME) $(TS) test/compare/main.ts

.PHONY: teardown
teardown: node_modules/.installed ## take away what carries this deployment's label; asks once (as plan; DELETE_DATA=1 data too, DESTROY_KEYS=key its versions)
	@$(TS) deploy/main.ts teardown $(if $(YES),--yes) $(if $(DELETE_DATA),--delete-data) $(if $(DESTROY_KEYS),--destroy-keys "$(DESTROY_KEYS)") $(if $(ORG_POLICIES),--org-policies) $(ARGS)

.PHONY: adopt
adopt: node_modules/.installed ## read a project that was set up by hand into a deployment file, and say what differs (PROJECT_ID PROFILE … FILE=adopted.env)
	@$(TS) deploy/main.ts adopt $(if $(FILE),--file $(FILE)) $(ARGS)

.PHONY: terraform
terraform: node_modules/.installed ## write the same deployment as build/terraform/main.tf.json, for teams that do not run scripts (as plan)
	@$(TS) deploy/main.ts terraform $(if $(ORG_POLICIES),--org-policies) $(ARGS)

.PHONY: demo-cloud
demo-cloud: node_modules/.installed ## plan, apply, verify and more of a deployment, by the real gcloud and bq in a fake cloud on this machine
	@$(TS) test/support/demo-cloud.ts

.PHONY: generate
generate: node_modules/.installed ## publish generated messages to Pub/Sub (PROJECT_ID TOPIC MESSAGES INVALID SEED RATE SCHEMA)
	@test -n "$(PROJECT_ID)" && test -n "$(TOPIC)" || { echo "say where to: make generate PROJECT_ID=… TOPIC=…" >&2; exit 2; }
	@$(TS) generator/main.ts -d pubsub -p $(PROJECT_ID) -t $(TOPIC) -n $(MESSAGES) --invalid $(INVALID) --schema $(SCHEMA) $(if $(RATE),--rate $(RATE)) --seed $(SEED)

.PHONY: query
query: node_modules/.installed ## ask the table of the last run-direct (SQL="select count(*) from cc_account_info")
	@$(TABLE_KEY) SQL="$(SQL)" $(TS) test/support/query.ts

.PHONY: ddl
ddl: node_modules/.installed ## print a schema as BigQuery's CREATE TABLE (SCHEMA, TABLE=project.dataset.table)
	@test -n "$(TABLE)" || { echo "say which table: make ddl TABLE=project.dataset.table" >&2; exit 2; }
	@$(TS) -p 'require("./schemas/bigquery").bigQueryDdl(require("./schemas/load").loadTableSchema("$(SCHEMA)"), "$(TABLE)")'

.PHONY: schema-plan
schema-plan: node_modules/.installed ## how a table's schema grows: what is safe, in which order, the ALTERs, what is replayed (FROM=old.json TO=new.json TABLE=project.dataset.table RENAME="old=new" JSON=1)
	@test -n "$(FROM)" && test -n "$(TO)" || { echo "say from where to where: make schema-plan FROM=old.json TO=new.json" >&2; exit 2; }
	@$(TS) deploy/schema-plan.ts schema-plan --from $(FROM) --to $(TO) $(if $(TABLE),--table $(TABLE)) $(foreach one,$(RENAME),--rename $(one)) $(if $(PARTITION_COLUMN),--partition-column $(PARTITION_COLUMN)) $(if $(CLUSTER_COLUMNS),--cluster-columns $(CLUSTER_COLUMNS)) $(if $(JSON),--json) $(ARGS)

.PHONY: worker
worker: setup ## build the folder of the worker image into build/worker, and say how large it is
	@deploy/worker/build.sh
	@for part in build/worker{/boot,/node_modules/regulated-streaming-pipeline,/node_modules,}; do du -sh $$part; done

.PHONY: worker-images
worker-images: ## build both worker images in Cloud Build (PROJECT_ID REGION BUILD_BUCKET VERSION WORKER_POOL)
	@$(foreach name,PROJECT_ID REGION BUILD_BUCKET VERSION WORKER_POOL BUILD_SERVICE_ACCOUNT,$(name)="$($(name))") deploy/worker/images.sh

.PHONY: sbom
sbom: ## what a deployment is made of, as CycloneDX in build/sbom: npm, Python, Java, Go; from the lock files, nothing is fetched
	@node deploy/worker/sbom.js build/sbom

.PHONY: test
test: setup ## format, lint, types, and every test, on Node 20, 22 and 24
	@$(TS) test/support/test.ts

.PHONY: fuzz
fuzz: node_modules/.installed ## search for input that breaks what must hold: messages, schemas, options, deployments, dead letters, the fake cloud (SECONDS TARGET SEED)
	@SECONDS=$(or $(SECONDS),600) TARGET=$(TARGET) SEED=$(if $(filter-out file,$(origin SEED)),$(SEED)) $(TS) test/fuzz/main.ts

.PHONY: torture
torture: setup ## the pipeline through seeded faults, modelled and real: kills, lost answers, full disks; nothing lost, invented or doubled (RUNS SEED MODELLED SIDE_BY_SIDE)
	@RUNS=$(RUNS) SEED=$(SEED) MODELLED=$(MODELLED) SIDE_BY_SIDE=$(SIDE_BY_SIDE) $(TS) test/torture/main.ts

.PHONY: torture-prism
torture-prism: setup ## the staged graph on Beam's Prism, and a worker killed in it: nothing invented, changed or doubled; what Prism loses is counted (RUNS SEED MESSAGES READ METHOD)
	@RUNS=$(RUNS) SEED=$(SEED) READ=$(READ) METHOD=$(METHOD) test/rehearsal/rehearse.sh test/torture/prism/main.ts

.PHONY: differential
differential: setup ## our parser, the BigQuery emulator and Beam's Python on the same generated values: every difference is explained (VALUES SEED EMULATOR=no)
	@VALUES=$(VALUES) SEED=$(SEED) EMULATOR=$(EMULATOR) $(TS) test/hostile/differential/main.ts

.PHONY: denial
denial: node_modules/.installed ## what hostile messages of 1 kB to 10 MB cost, in time and memory; fails beyond 50 × the median, 30 × the size
	@$(TS) test/hostile/denial.ts

.PHONY: bench
bench: setup ## the yardsticks: ratios to peers, measured in the same run; then bench-graph and bench-worker (BENCH=parse,backlog,… some of the first alone)
	@$(TS) test/bench/main.ts
	@$(if $(BENCH),,$(MAKE) --no-print-directory bench-graph bench-worker)

.PHONY: bench-graph
bench-graph: setup ## the same messages through the graphs of several ways in and out, on Prism: seconds and CPU (MESSAGES ROUNDS)
	@$(if $(filter-out file,$(origin MESSAGES)),MESSAGES=$(MESSAGES)) ROUNDS=$(ROUNDS) $(TS) test/bench/graph.ts

.PHONY: bench-worker
bench-worker: worker ## our worker beside Python's and beside plain Node, on one stage (ROUNDS COUNT IDLE BENCH=throughput,small,memory,idle,two)
	@$(TS) test/bench/worker/main.ts

.PHONY: soak
soak: node_modules/.installed ## the pipeline for hours at a steady rate: are memory and delay flat? build/soak has report, plot and samples (MINUTES RATE INVALID SINK=stand-in|duckdb LIMIT_MB LIMIT_MS)
	@MINUTES=$(MINUTES) RATE=$(RATE) $(if $(filter-out file,$(origin INVALID)),INVALID=$(INVALID)) SINK=$(SINK) LIMIT_MB=$(LIMIT_MB) LIMIT_MS=$(LIMIT_MS) $(TS) test/bench/soak.ts

.PHONY: bench-capacity
bench-capacity: worker ## what rate one core holds, and where delay bends: the DirectRunner, and one worker (HOLD seconds each, BUNDLE)
	@HOLD=$(HOLD) BUNDLE=$(BUNDLE) $(TS) test/bench/capacity.ts

.PHONY: bench-peers
bench-peers: node_modules/.installed ## install the peers that bench measures against (Python and Java Beam, Python Faker)
	@$(TS) test/support/setup-peers.ts

.PHONY: format
format: node_modules/.installed ## format the sources
	@npx biome check --write .

.PHONY: clean
clean: ## remove what was built and installed
	rm -rf build node_modules
