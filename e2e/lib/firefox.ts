import { expect } from "@playwright/test";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { firefoxPath } from "./paths";
import { ForeignVisitor, type ForeignSite } from "./sdk";

/** Firefox as a person has it, with a moving picture and a tone for camera and microphone. Playwright wants a Firefox of its own making; puppeteer speaks WebDriver BiDi to Debian's. */
export async function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: "firefox",
    acceptInsecureCerts: true, // the TURN server's, which it made itself
    executablePath: firefoxPath,
    headless: true,
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.autoplay.default": 0,
      "media.autoplay.blocking_policy": 0,
      // Firefox keeps media off loopback, and hides its addresses, both for good reasons that a test on one machine does not
      // share. With this it takes relays on loopback; it still offers no loopback address of its own, and pairs only alike.
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "ui.prefersReducedMotion": 1,
      "media.getusermedia.browser.enabled": true, // for capturesItsTab
    },
  });
}

/** Somebody with Firefox. The methods are what people do, by the names that they see. */
export class FirefoxPerson {
  private constructor(
    readonly name: string,
    readonly page: Page,
  ) {}

  static async arrive(name: string, browser: Browser): Promise<FirefoxPerson> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(100_000); // as long as for what is read
    await page.setViewport({ width: 1280, height: 800 });
    return new FirefoxPerson(name, page);
  }

  async click(button: string): Promise<void> {
    await this.page.locator(`::-p-aria(${button}[role="button"])`).click();
  }

  /** What can be read in the first place of the page that this selects; nothing where there is none. */
  text(selector: string): Promise<string> {
    return this.page.$$eval(selector, (all) => (all[0] as HTMLElement | undefined)?.innerText ?? "");
  }

  /** Waits until that place says this. */
  async reads(selector: string, words: RegExp): Promise<void> {
    await expect.poll(() => this.text(selector), { message: `${this.name} reads ${words}`, timeout: 100_000 }).toMatch(words);
  }

  /** Goes to the lobby of a link and joins from there. */
  async join(link: string): Promise<void> {
    await this.page.goto(link);
    await this.enter();
  }

  /** Joins from the lobby that is open. */
  async enter(): Promise<void> {
    await this.page.locator('::-p-aria(Your name[role="textbox"])').fill(this.name);
    await this.click("Join");
    await this.expectInMeeting();
  }

  /**
   * From now on, what this person chooses to share is the tab itself. Without a display Firefox has no screens and windows
   * to offer, and refuses; its own tab it captures anywhere, as a picture track of the same kind, sent the same way.
   */
  async capturesItsTab(): Promise<void> {
    await this.page.evaluate(() => {
      const tab = { mediaSource: "browser" } as MediaTrackConstraints;
      navigator.mediaDevices.getDisplayMedia = () => navigator.mediaDevices.getUserMedia({ video: tab });
    });
  }

  async expectInMeeting(): Promise<void> {
    await this.page.waitForSelector('::-p-aria(Leave[role="button"])', { timeout: 100_000 });
    expect(this.page.url()).toMatch(/\/m\/[a-z0-9-]+\/room$/);
  }

  async leave(): Promise<void> {
    await this.click("Leave");
    await this.page.waitForFunction(() => location.pathname.includes("/after"));
  }
}

/** Somebody with Firefox and a plain LiveKit client on a page that is not ours. */
export async function visitWithFirefox(site: ForeignSite, browser: Browser): Promise<ForeignVisitor> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(site.url);
  return new ForeignVisitor(context, page);
}
