// The script of the lobby and of the meeting page. Which one it is, the page says itself.
import { readData } from "./dom.ts";
import { openLobby } from "./lobby/lobby.ts";
import { openWaiting } from "./lobby/waiting.ts";
import { openMeeting } from "./meeting.ts";
import { recall, recallOn } from "./remember.ts";
import { Source } from "./session/source.ts";
import { mediaSupport, startSources } from "./session/sources.ts";
import type { MeetingSession } from "./types.ts";

const meeting = readData<MeetingSession>("session");
if (meeting) rejoin(meeting);
else if (document.getElementById("join")) openLobby();
const waiting = document.getElementById("waiting");
if (waiting) openWaiting(waiting);

/** A reload, or the address of the meeting in another tab: joins at once, with the devices as they were. */
function rejoin(session: MeetingSession): void {
  const { devices } = recall();
  const on = recallOn();
  const sources = {
    microphone: new Source("microphone", on.microphone, devices.microphone),
    camera: new Source("camera", on.camera, devices.camera),
  };
  if (mediaSupport() === "ok") void startSources(sources);
  else for (const source of [sources.microphone, sources.camera]) source.fail("insecure");
  void openMeeting({ meeting: session, sources, speaker: devices.speaker, clickedAt: 0 });
}
