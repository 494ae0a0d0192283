/**
 * Starts a fake cloud and prints what a shell needs to speak to it, until Ctrl-C:
 * `npx ts-node test/support/fake-cloud/main.ts [PROJECT_ID] > cloud.env & . ./cloud.env`
 */
import { startFakeCloud } from "./cloud";

async function main(project?: string): Promise<void> {
  const cloud = await startFakeCloud({ ...(project !== undefined && { project }) });
  for (const [name, value] of Object.entries(cloud.env)) console.log(`export ${name}='${value}'`);
  console.error(`a fake cloud with project ${cloud.project} is at ${cloud.url}: Ctrl-C ends it`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void cloud.stop());
}

void main(process.argv[2]);
