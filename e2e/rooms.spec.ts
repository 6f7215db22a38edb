import { expect, test } from "./lib/fixtures";
import { ForeignSite, type ForeignVisitor } from "./lib/sdk";
import type { ParleyServer } from "./lib/server";
import { signApiToken, signToken, type MediaKey } from "./lib/token";
import { until } from "./lib/until";

async function mediaKey(parley: ParleyServer): Promise<MediaKey> {
  const { slug } = JSON.parse(await parley.admin("org", "create", "--name", "Acme", "--plan", "free", "--json")) as { slug: string };
  return JSON.parse(await parley.admin("key", "create", "--org", slug, "--json")) as MediaKey;
}

/** Calls the room API as a server would. */
async function call(parley: ParleyServer, key: MediaKey, method: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${parley.url}/twirp/livekit.RoomService/${method}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${signApiToken(key, "daily")}` },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  expect(response.status, `${method}: ${JSON.stringify(answer)}`).toBe(200);
  return answer;
}

/** Starts to note what comes: streams, calls, packets. */
function listen(visitor: ForeignVisitor): Promise<void> {
  return visitor.page.evaluate(() => {
    const room = window.room;
    const heard: string[] = [];
    Object.assign(window, { heard });
    room?.registerTextStreamHandler("notes", (reader, from) => void reader.readAll().then((text) => heard.push(`text ${text.length} from ${from.identity}`)));
    room?.registerByteStreamHandler("files", (reader, from) =>
      void reader.readAll().then((parts) => heard.push(`file ${parts.reduce((n, part) => n + part.byteLength, 0)} ${reader.info.name} from ${from.identity}`)),
    );
    room?.registerRpcMethod("reverse", async (data) => [...data.payload].reverse().join(""));
    room?.on("dataReceived", (payload, from, _kind, topic) => {
      if (topic === "chat" || topic === "news") heard.push(`${topic} ${new TextDecoder().decode(payload)} from ${from?.identity ?? "nobody"}`);
    });
  });
}

function heard(visitor: ForeignVisitor): Promise<string[]> {
  return visitor.page.evaluate(() => [...((window as unknown as { heard?: string[] }).heard ?? [])]);
}

for (const single of [false, true]) {
  test(`streams, calls and private messages get through, over ${single ? "one connection" : "two connections"}`, async ({ parley, browsers }) => {
    const key = await mediaKey(parley);
    const site = await ForeignSite.start();
    const browser = await browsers();
    const [ann, ben, eve] = [await site.visit(browser), await site.visit(browser), await site.visit(browser)];
    for (const [visitor, identity] of [[ann, "ann"], [ben, "ben"], [eve, "eve"]] as const) {
      expect(await visitor.connect(key.url, signToken(key, { room: "daily", identity }), single)).toBe("");
      await listen(visitor);
    }
    await until("the others", async () => (await ann.others()).length === 2);
    const answers = await ann.page.evaluate(async () => {
      const me = window.room?.localParticipant;
      if (!me) throw new Error("no room");
      const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
      await me.publishData(bytes("a secret"), { reliable: true, topic: "chat", destinationIdentities: ["ben"] });
      await me.sendText("x".repeat(100_000), { topic: "notes" });
      await me.sendFile(new File([new Uint8Array(300_000)], "plan.pdf"), { topic: "files" });
      const short = await me.performRpc({ destinationIdentity: "ben", method: "reverse", payload: "chairs" });
      const long = await me.performRpc({ destinationIdentity: "ben", method: "reverse", payload: "ab".repeat(15_000) });
      await me.publishData(bytes("for all"), { reliable: true, topic: "chat" });
      return { short, long: long.length, starts: long.slice(0, 4) };
    });
    expect(answers).toEqual({ short: "sriahc", long: 30_000, starts: "baba" });
    const open = ["chat for all from ann", "file 300000 plan.pdf from ann", "text 100000 from ann"];
    await expect.poll(async () => (await heard(ben)).sort()).toEqual(["chat a secret from ann", ...open]);
    await expect.poll(async () => (await heard(eve)).sort()).toEqual(open);
    for (const visitor of [ann, ben, eve]) await visitor.leave();
    await site.stop();
  });

  test(`a plain LiveKit client does what the room API says, over ${single ? "one connection" : "two connections"}`, async ({ parley, browsers }) => {
    const key = await mediaKey(parley);
    const site = await ForeignSite.start();
    const browser = await browsers();
    const [ann, ben] = [await site.visit(browser), await site.visit(browser)];
    await call(parley, key, "CreateRoom", { name: "daily", metadata: "chairs" });
    expect(await ann.connect(key.url, signToken(key, { room: "daily", identity: "ann" }), single)).toBe("");
    await ann.publish();
    expect(await ben.connect(key.url, signToken(key, { room: "daily", identity: "ben" }), single)).toBe("");
    await listen(ben);
    await ben.sees("ann");
    const metadata = (visitor: ForeignVisitor): Promise<string | undefined> => visitor.page.evaluate(() => window.room?.metadata);
    expect(await metadata(ben)).toBe("chairs");
    await call(parley, key, "UpdateRoomMetadata", { room: "daily", metadata: "tables" });
    await expect.poll(() => metadata(ben)).toBe("tables");
    await call(parley, key, "SendData", { room: "daily", data: Buffer.from("lunch").toString("base64"), topic: "news" });
    await expect.poll(() => heard(ben)).toEqual(["news lunch from nobody"]);

    type Track = { sid: string; type?: string; source: string; muted?: boolean };
    const { tracks } = (await call(parley, key, "GetParticipant", { room: "daily", identity: "ann" })) as { tracks: Track[] };
    const microphone = tracks.find((track) => track.source === "MICROPHONE");
    await call(parley, key, "MutePublishedTrack", { room: "daily", identity: "ann", track_sid: microphone?.sid, muted: true });
    const own = (): Promise<{ mic: boolean; camera: boolean; tracks: number }> =>
      ann.page.evaluate(() => {
        const me = window.room?.localParticipant;
        return { mic: me?.isMicrophoneEnabled ?? false, camera: me?.isCameraEnabled ?? false, tracks: me?.trackPublications.size ?? -1 };
      });
    await expect.poll(own).toEqual({ mic: false, camera: true, tracks: 2 });
    await ann.page.evaluate(() => window.room?.localParticipant.setMicrophoneEnabled(true).then(() => undefined)); // her own right
    await expect.poll(own).toEqual({ mic: true, camera: true, tracks: 2 });

    await call(parley, key, "UpdateParticipant", { room: "daily", identity: "ann", permission: { can_subscribe: true, can_publish_data: true } });
    await expect.poll(own).toEqual({ mic: false, camera: false, tracks: 0 });
    await expect.poll(() => ben.frames()).toEqual({});
    await call(parley, key, "UpdateParticipant", { room: "daily", identity: "ann", permission: { can_subscribe: true, can_publish: true } });
    await expect.poll(() => ann.page.evaluate(() => window.room?.localParticipant.permissions?.canPublish)).toBe(true);
    await ann.publish();
    await ben.sees("ann");

    await call(parley, key, "RemoveParticipant", { room: "daily", identity: "ann" });
    await expect.poll(() => ann.page.evaluate(() => window.room?.state)).toBe("disconnected");
    await expect.poll(() => ben.page.evaluate(() => window.room?.remoteParticipants.size)).toBe(0);
    await call(parley, key, "DeleteRoom", { room: "daily" });
    await expect.poll(() => ben.page.evaluate(() => window.room?.state)).toBe("disconnected");
    expect(await call(parley, key, "ListRooms", {})).toEqual({ rooms: [] });
    for (const visitor of [ann, ben]) await visitor.leave();
    await site.stop();
  });
}
