import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";

export interface Account {
  email: string;
  password: string;
  organization: string;
}

/** Somebody with a browser. The methods are what people do, by the names that they see. */
export class Person {
  /** Everything the page wrote to the console. */
  readonly console: string[] = [];
  /** What must never happen: violations of the Content-Security-Policy, and errors that nobody caught. */
  readonly violations: string[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async arrive(name: string, context: BrowserContext): Promise<Person> {
    const page = await context.newPage();
    const one = new Person(name, context, page);
    context.on("page", (tab) => one.watch(tab));
    one.watch(page);
    return one;
  }

  private watch(page: Page): void {
    page.on("console", (message) => {
      const text = `${message.type()}: ${message.text()}`;
      this.console.push(text);
      if (/content security policy|refused to (load|execute|apply|connect|frame)/i.test(text)) this.violations.push(`${this.name}: ${text}`);
    });
    page.on("pageerror", (error) => this.violations.push(`${this.name}: ${error.stack ?? error.message}`));
  }

  /** Signs up from the landing page; ends on the dashboard. */
  async signUp(account: Account): Promise<void> {
    await this.page.goto("/");
    await this.page.getByRole("link", { name: "Start free" }).first().click();
    await this.fillSignUp(account);
    await expect(this.page).toHaveURL(/\/o\/[a-z0-9-]+/);
  }

  async fillSignUp(account: Account): Promise<void> {
    const form = this.page.locator('form[action="/signup"]');
    await form.getByLabel("Name", { exact: true }).fill(this.name);
    await form.getByLabel("E-mail").fill(account.email);
    await form.getByLabel("Password").fill(account.password);
    await form.getByLabel("Organization").fill(account.organization);
    await form.locator('button[type="submit"], button:not([type])').first().click();
  }

  /** Opens a room on the dashboard and gives its link. */
  async openRoom(name?: string): Promise<string> {
    const form = this.page.locator('form[action$="/rooms"]').first();
    const field = form.getByRole("textbox");
    if (name && (await field.count()) > 0) await field.fill(name);
    await form.getByRole("button", { name: "Open a room" }).click();
    const link = this.page.locator('a[href*="/m/"]').filter({ visible: true }).first();
    await expect(link).toBeVisible();
    return new URL((await link.getAttribute("href")) ?? "", this.page.url()).href;
  }

  /** Goes to the lobby of a link and joins from there. */
  async join(link: string): Promise<void> {
    await this.page.goto(link);
    await this.enter();
  }

  /** Types a name and joins from the lobby that is open. */
  async enter(): Promise<void> {
    await this.page.getByLabel("Your name").fill(this.name);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await this.expectInMeeting();
  }

  async expectInMeeting(): Promise<void> {
    await expect(this.button("Leave")).toBeVisible({ timeout: 20_000 });
    await expect(this.page).toHaveURL(/\/m\/[a-z0-9-]+\/room$/);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }
}
