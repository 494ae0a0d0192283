/** Debian's chromium, as the report is opened in it: from disk, with every request noted. */
import { chromium, type Browser, type Page } from "playwright-core";
import { findChromium, QUIET_FLAGS } from "../../../deploy/report/pdf";
import { MissingTool } from "../../support/emulators/process";

/** Throws MissingTool where there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new MissingTool("chromium is not on the PATH", "apt-get install chromium");
  return await chromium.launch({ executablePath, args: [...QUIET_FLAGS] });
}

export interface Opened {
  readonly page: Page;
  /** Everything that was asked for, and by whom it was refused. */
  readonly requests: string[];
  readonly complaints: string[];
}

/** `media`: how it is looked at. */
export async function open(
  browser: Browser,
  url: string,
  scheme: "light" | "dark" = "light",
  width = 1280,
): Promise<Opened> {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, requests, complaints };
}
