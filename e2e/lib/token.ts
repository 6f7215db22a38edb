import { createHmac } from "node:crypto";

/** An organization's media key, as `parley admin key create --json` prints it. */
export interface MediaKey {
  key: string;
  secret: string;
  url: string;
}

export interface Claims {
  room: string;
  identity: string;
  name?: string;
  /** Seconds from now; negative for a token that is over. */
  lasts?: number;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs a token as any LiveKit SDK does. `header` is for forgeries. */
export function signToken(key: MediaKey, claims: Claims, header: object = { alg: "HS256", typ: "JWT" }): string {
  const now = Math.floor(Date.now() / 1000);
  return sign(key, header, {
    sub: claims.identity,
    name: claims.name ?? claims.identity,
    nbf: now - 10,
    exp: now + (claims.lasts ?? 600),
    video: { room: claims.room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true },
  });
}

/** A token for the room API: every grant, for one room. */
export function signApiToken(key: MediaKey, room: string): string {
  const now = Math.floor(Date.now() / 1000);
  return sign(key, { alg: "HS256", typ: "JWT" }, { nbf: now - 10, exp: now + 600, video: { room, roomAdmin: true, roomCreate: true, roomList: true } });
}

function sign(key: MediaKey, header: object, claims: object): string {
  const body = `${part(header)}.${part({ iss: key.key, ...claims })}`;
  return `${body}.${createHmac("sha256", key.secret).update(body).digest("base64url")}`;
}
