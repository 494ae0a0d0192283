/** What is stored: the images, the files of the bucket, the rows of the dataset. */
import type { Gathered } from "../gather";
import type { Link } from "../model/link";
import { isNotObserved } from "../model/told";
import { fieldsOf, keyUsed, linkOf, text, UNTOLD } from "./link";

export function registryLink(gathered: Gathered): Link {
  const { region, settings } = gathered.setup;
  const what = `repository ${region}/${settings.REGISTRY}`;
  return linkOf("images", what, fieldsOf(gathered, what), ({ key }) => {
    const digests = [...gathered.images.values()]
      .flat()
      .map(({ name, digest }) => [
        name.slice(name.lastIndexOf("/") + 1).split("@")[0]!,
        typeof digest === "string" ? digest : digest.notObserved,
      ]);
    return {
      place: [region],
      key: keyUsed(key, UNTOLD("Artifact Registry")),
      more: Object.fromEntries(digests),
    };
  });
}

export function bucketLink(gathered: Gathered): Link {
  const { objects, setup } = gathered;
  const what = `bucket ${setup.settings.BUCKET}`;
  return linkOf("files", what, fieldsOf(gathered, what), ({ location, key, publicAccess }) => {
    const seen = isNotObserved(objects)
      ? objects
      : [...new Set(objects.flatMap(({ kms_key }) => kms_key ?? []))].sort();
    const bare = isNotObserved(objects) ? 0 : objects.filter(({ kms_key }) => kms_key === undefined).length;
    return {
      place: [text(location)],
      key: keyUsed(key, seen),
      more: {
        holds: "the staged graph, temporary files",
        files: isNotObserved(objects) ? `not observed: ${objects.notObserved}` : String(objects.length),
        ...(bare > 0 && { "files without a key": String(bare) }),
        "public access": publicAccess === "enforced" ? "prevented" : "as the organisation has it",
      },
    };
  });
}

export function rowLinks(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  const dataset = fieldsOf(gathered, `dataset ${settings.DATASET}`);
  const name = `table ${settings.DATASET}.${settings.TABLE}`;
  const table = tableAsAnswered(gathered);
  return [
    linkOf("rows", `dataset ${settings.DATASET}`, dataset, ({ location, key }) => ({
      place: [text(location)],
      key: keyUsed(key, UNTOLD("BigQuery")),
      more: { key: "of new tables" },
    })),
    linkOf("rows", name, fieldsOf(gathered, name), ({ key }) => ({
      place: [(table?.location ?? text("location" in dataset ? dataset.location : "not told")).toLowerCase()],
      key: keyUsed(key, UNTOLD("BigQuery")),
      more: { rows: table?.numRows ?? "not told" },
    })),
  ];
}

/** The table's own words: it says where it lies itself. */
function tableAsAnswered({ visits, questions }: Gathered): { location?: string; numRows?: string } | undefined {
  const look = visits.find(({ resource }) => resource.kind === "table")?.resource.look;
  const recorded = look && questions.of(look.command);
  return recorded !== undefined && "answer" in recorded.asked
    ? (recorded.asked.answer as { location?: string; numRows?: string })
    : undefined;
}
