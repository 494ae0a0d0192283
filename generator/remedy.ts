import type { PublishError } from "./publish";

/** What an operator can do about it, in one line. `emulator`: its host, where there is one. */
export function remedy({ code, message }: PublishError, project: string, topic: string, emulator?: string): string {
  const name = `projects/${project}/topics/${topic}`;
  switch (code) {
    case "no_topic":
      return emulator
        ? `${name} does not exist on the emulator: make it with curl -X PUT http://${emulator}/v1/${name}`
        : `${name} does not exist: make it with gcloud pubsub topics create ${topic} --project ${project}`;
    case "no_permission":
      return `${name} may not be published to (${message}): grant roles/pubsub.publisher on it`;
    case "given_up":
      return `gave up publishing to ${name}: ${message}`;
    default:
      return `${name} refused to publish: ${message}`;
  }
}
