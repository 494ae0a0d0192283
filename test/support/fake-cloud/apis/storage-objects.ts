/** Cloud Storage's objects: as much as `gcloud storage cp`, `ls`, `cat` and `rm` need. */
import { createHash } from "node:crypto";
import { type Api, type Call, page, Reply, now } from "../call";
import { crc32c } from "../crc32c";
import { invalid } from "../refused";
import { checkBucketKey } from "./storage-key";

export interface StoredObject {
  /** As the API shows it. */
  readonly resource: { readonly name: string };
  readonly bytes: Buffer;
}

const nameOf = ({ params }: Call) => `${params.bucket}/${params.object}`;

function insert(call: Call): object {
  const { params, query, state, url } = call;
  const bucket = state.storage.buckets.get(params.bucket!);
  const { metadata, bytes, contentType } = sent(call);
  const name = query.get("name") ?? metadata.name ?? "";
  if (name === "" || Buffer.byteLength(name) > 1024) throw invalid("The object needs a name of 1 to 1024 bytes.");
  const kmsKeyName = checkBucketKey(
    call,
    query.get("kmsKeyName") ?? bucket.encryption?.defaultKmsKeyName,
    bucket.location,
  );
  const generation = state.newId();
  const about = {
    kind: "storage#object",
    id: `${bucket.name}/${name}/${generation}`,
    name,
    bucket: bucket.name,
    generation,
    metageneration: "1",
  };
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(bytes));
  const sums = {
    size: String(bytes.length),
    md5Hash: createHash("md5").update(bytes).digest("base64"),
    crc32c: crc.toString("base64"),
  };
  const link = `${url}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}`;
  const times = {
    timeCreated: now(),
    updated: now(),
    storageClass: "STANDARD",
    contentType,
    selfLink: link,
    mediaLink: `${link}?alt=media`,
  };
  const resource = {
    ...about,
    ...sums,
    ...times,
    etag: Buffer.from(generation).toString("base64"),
    ...(kmsKeyName && { kmsKeyName }),
  };
  state.storage.objects.set(`${bucket.name}/${name}`, { resource, bytes });
  return resource;
}

/** What was uploaded, alone or after its description (multipart/related). */
function sent({ bytes, headers }: Call): { metadata: { name?: string }; bytes: Buffer; contentType: string } {
  const type = headers["content-type"] ?? "application/octet-stream";
  const boundary = /^multipart\/related;.*boundary=["']?([^"';]+)/.exec(type)?.[1];
  if (boundary === undefined) return { metadata: {}, bytes, contentType: type };
  const text = bytes.toString("latin1");
  const [, first = "", second = ""] = text.split(`--${boundary}`);
  const content = (part: string) =>
    part
      .slice(part.search(/\r?\n\r?\n/))
      .replace(/^\r?\n\r?\n/, "")
      .replace(/\r?\n$/, "");
  const metadata = JSON.parse(Buffer.from(content(first), "latin1").toString()) as { name?: string };
  const contentType = /content-type:\s*(\S+)/i.exec(second)?.[1] ?? "application/octet-stream";
  return { metadata, bytes: Buffer.from(content(second), "latin1"), contentType };
}

function get(call: Call): object {
  const { resource, bytes } = call.state.storage.objects.get(nameOf(call));
  if (call.query.get("alt") !== "media") return resource;
  const { kmsKeyName } = resource as { kmsKeyName?: string };
  const { location } = call.state.storage.buckets.get(call.params.bucket!);
  checkBucketKey(call, kmsKeyName, location);
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(call.headers.range ?? "") ?? [];
  const type = { "content-type": "application/octet-stream" };
  if (from === undefined) return new Reply(200, bytes, type);
  const some = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + some.length - 1}/${bytes.length}`;
  return new Reply(206, some, { ...type, "content-range": range });
}

/** Onto itself, under the primary version of a key. */
function rewrite(call: Call): object {
  const { params, query, state } = call;
  const source = `${params.sourceBucket}/${params.sourceObject}`;
  const { resource, bytes } = state.storage.objects.get(source);
  const { location, encryption } = state.storage.buckets.get(params.destinationBucket!);
  checkBucketKey(call, (resource as { kmsKeyName?: string }).kmsKeyName, location);
  const kmsKeyName = checkBucketKey(
    call,
    query.get("destinationKmsKeyName") ?? encryption?.defaultKmsKeyName,
    location,
  );
  const generation = state.newId();
  const made = { ...resource, generation, updated: now(), etag: Buffer.from(generation).toString("base64") };
  const named = {
    bucket: params.destinationBucket,
    name: params.destinationObject!,
    ...(kmsKeyName && { kmsKeyName }),
  };
  state.storage.objects.set(`${params.destinationBucket}/${named.name}`, { resource: { ...made, ...named }, bytes });
  const size = String(bytes.length);
  const sizes = { objectSize: size, totalBytesRewritten: size };
  return { kind: "storage#rewriteResponse", done: true, ...sizes, resource: { ...made, ...named } };
}

/** Those of a folder, where a delimiter is given, with the folders below it. */
function list({ params: { bucket = "" }, query, state }: Call): object {
  state.storage.buckets.get(bucket);
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const all = state.storage.objects.below(`${bucket}/${prefix}`).map(({ resource }) => resource);
  const rest = (name: string) => name.slice(prefix.length);
  const isBelow = ({ name }: { name: string }) => delimiter !== "" && rest(name).includes(delimiter);
  const prefixes = [
    ...new Set(all.filter(isBelow).map(({ name }) => prefix + rest(name).split(delimiter)[0] + delimiter)),
  ];
  const items = page(
    "items",
    all.filter((one) => !isBelow(one)),
    query,
  );
  return { kind: "storage#objects", ...items, ...(prefixes.length > 0 && { prefixes }) };
}

export const OBJECTS: Api["methods"] = {
  "objects.insert": ["storage.objects.create", insert],
  "objects.get": ["storage.objects.get", get],
  "objects.list": ["storage.objects.list", list],
  "objects.rewrite": ["storage.objects.create", rewrite],
  "managedFolders.list": ["storage.objects.list", () => ({ kind: "storage#managedFolders" })],
  "objects.delete": [
    "storage.objects.delete",
    (call) => {
      call.state.storage.objects.remove(nameOf(call));
      return undefined;
    },
  ],
};
