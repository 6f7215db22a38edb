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
    // What is sent and received must not follow how busy the machine of a test is.
    await context.addInitScript(() => {
      try {
        if (localStorage.getItem("parley.spares") === null) localStorage.setItem("parley.spares", "false");
      } catch {
        // a page without storage
      }
    });
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
    await form.locator('button:not([type="button"])').click();
  }

  async signIn(account: Account): Promise<void> {
    await this.page.goto("/login");
    await this.page.getByLabel("E-mail").fill(account.email);
    await this.page.getByLabel("Password").fill(account.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await expect(this.page).toHaveURL(/\/o\/[a-z0-9-]+/);
  }

  /** The path of the organization's console, from the page that is open. */
  get home(): string {
    return /\/o\/[a-z0-9-]+/.exec(this.page.url())?.[0] ?? "/home";
  }

  /** Presses "Open a room" on the dashboard and gives the new room's link. */
  async openRoom(): Promise<string> {
    await this.button("Open a room").click();
    await expect(this.page).toHaveURL(/[?&]room=/);
    const code = new URL(this.page.url()).searchParams.get("room") ?? "";
    await expect(this.page.getByTestId("room").filter({ hasText: code })).toBeVisible();
    return new URL(`/m/${code}`, this.page.url()).href;
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

  /** Goes to the lobby and presses Join; says whether that led into the meeting or to a page that says no. */
  async triesToJoin(link: string): Promise<boolean> {
    await this.page.goto(link);
    await this.page.getByLabel("Your name").fill(this.name);
    await this.button("Join").click();
    const refusal = this.page.getByRole("link", { name: "Try again" });
    await expect(this.button("Leave").or(refusal).first()).toBeVisible();
    return (await refusal.count()) === 0;
  }

  async expectInMeeting(): Promise<void> {
    await expect(this.button("Leave")).toBeVisible({ timeout: 60_000 });
    await expect(this.page).toHaveURL(/\/m\/[a-z0-9-]+\/room$/);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The tile of somebody in the meeting; one's own says "You". */
  tile(name: string): Locator {
    return this.page.getByRole("main").getByRole("listitem").filter({ hasText: name });
  }

  tiles(): Locator {
    return this.page.getByRole("main").getByRole("listitem");
  }

  /** What the meeting's clock shows, in seconds: "12:34 left" or "29 h 58 min left". */
  async secondsLeft(): Promise<number> {
    const text = await this.page.getByRole("timer").innerText();
    const short = /(\d+):(\d\d)/.exec(text);
    if (short) return Number(short[1]) * 60 + Number(short[2]);
    const long = /(\d+) h (?:(\d+) min)?/.exec(text);
    if (long) return Number(long[1]) * 3600 + Number(long[2] ?? 0) * 60;
    throw new Error(`the clock shows "${text}"`);
  }

  async leave(): Promise<void> {
    await this.button("Leave").click();
    // Who may end the meeting is asked which is meant.
    const menu = this.page.getByRole("menuitem", { name: "Leave", exact: true });
    await menu.or(this.page.locator(":root:not(:has(.m-bar))")).first().waitFor();
    if (await menu.isVisible()) await menu.click();
    await expect(this.page).toHaveURL(/\/after/);
  }

  async endForAll(): Promise<void> {
    const tools = this.page.getByRole("complementary", { name: "Host tools" });
    if (!(await tools.isVisible())) await this.button("Host tools").click();
    await tools.getByRole("button", { name: "End for all" }).click();
    // Who is not alone is asked once more.
    const sure = this.page.getByRole("dialog").getByRole("button", { name: "End for all" });
    await sure.or(this.page.locator(":root:not(:has(.m-bar))")).first().waitFor();
    if (await sure.isVisible()) await sure.click();
    await expect(this.page).toHaveURL(/\/after/);
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Person> {
    return Person.arrive(this.name, this.context);
  }

  payButtons(): Locator {
    return this.page.locator('form[action$="/checkout"] button');
  }

  /** Chooses Pro on the page of plans; ends on the payment page. */
  async startCheckout(home: string): Promise<void> {
    await this.page.goto(`${home}/billing`);
    await this.payButtons().first().click();
    await expect(this.page).toHaveURL(/\/dev\/stripe\/checkout\//);
  }

  async pay(): Promise<void> {
    await this.page.getByRole("button", { name: /^(Pay|Subscribe|Start trial)/ }).click();
  }

  async abandonCheckout(): Promise<void> {
    await this.page.getByRole("link", { name: /back|return|cancel/i }).first().click();
  }

  /** The link of a confirmation mail that is open at /dev/mail. */
  async confirmationLink(): Promise<string> {
    const body = this.page.locator("iframe").or(this.page.getByRole("main"));
    await expect(body.first()).toBeVisible();
    for (const frame of this.page.frames()) {
      const link = frame.locator('a[href*="/confirm?token="]');
      if ((await link.count()) > 0) return (await link.first().getAttribute("href")) ?? "";
    }
    throw new Error("the mail holds no link to confirm the address");
  }
}
