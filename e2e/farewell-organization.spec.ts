import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { account } from "./lib/accounts";
import { expect, test } from "./lib/fixtures";

/** The files of a zip, by its directory at the end. */
function unzip(zip: Buffer): Map<string, string> {
  const out = new Map<string, string>();
  const end = zip.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [size, name, extra, comment, local] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    out.set(zip.toString("utf8", at + 46, at + 46 + name), inflateRawSync(zip.subarray(data, data + size)).toString("utf8"));
    at += 46 + name + extra + comment;
  }
  return out;
}

test("an owner takes the organization away, lets it end, and thinks better of it", async ({ person }) => {
  test.setTimeout(240_000);
  const ann = await person("Ann Lindqvist");
  const { page } = ann;
  await ann.signUp(account("Harbour Works"));
  const home = ann.home;

  await test.step("the export is made, downloaded and opened", async () => {
    await page.goto(`${home}/settings/data`);
    await ann.button("Make an export").click();
    const link = page.getByRole("link", { name: "Download" });
    await expect(link).toBeVisible({ timeout: 60_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const files = unzip(await readFile(await download.path()));
    expect(files.get("README.txt")).toContain("Harbour Works");
    expect(files.get("members.csv")).toContain("owner@harbour-works.example");
    expect(JSON.parse(files.get("audit-chain.json") ?? "{}")).toMatchObject({ holds: true });
  });

  await test.step("its name is typed, and every page says when it goes", async () => {
    await page.getByLabel("Name of the organization").fill("Harbour Works");
    await ann.button("Delete Harbour Works").click();
    await expect(page.getByTestId("going")).toContainText("Harbour Works will be deleted on");
    await page.goto(home);
    for (const size of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      await expect(page.getByTestId("going")).toContainText("Ann Lindqvist asked for it.");
    }
  });

  await test.step("it stays", async () => {
    await ann.button("Keep Harbour Works").click();
    await expect(page.getByRole("main")).toContainText("The organization stays");
    await expect(page.getByTestId("going")).toHaveCount(0);
  });
});
