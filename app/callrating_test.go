package app_test

import (
	"strings"
	"testing"

	"parley/sfu"
	"parley/tenants"
)

func TestPeopleSayHowTheCallWas(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		after, rating := "/m/"+code+"/after", "/m/"+code+"/rating"
		zoe, stranger := w.browser(), w.browser()
		ann.join(code, "Ann")
		seat := zoe.join(code, "Zoë")
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		meeting, err := w.store.Org(room.Org).LastMeeting(t.Context(), room.ID)
		must(t, err)
		minute := func(score int, cause sfu.Cause) sfu.QualityMinute {
			return sfu.QualityMinute{Identity: seat.Identity, Minute: meeting.StartedAt, Score: score, Layer: 1, Cause: cause}
		}
		must(t, w.web.MediaEvent(t.Context(), sfu.Event{
			ID: "q", Kind: sfu.EventQuality, Room: sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}, At: meeting.StartedAt,
			Quality: []sfu.QualityMinute{minute(17, sfu.CauseUplink)},
		}))
		zoe.get(after+"?why=left").status(200).has("How was the call?", `value="good" aria-pressed="false"`, "good for 0 of 1 minute", "was weak at").lacks(`aria-pressed="true"`)
		stranger.get(after).status(200).lacks("How was the call?")
		stranger.post(rating, form("rating", "bad")).status(403)
		zoe.post(rating, form("rating", "superb")).status(400)
		zoe.post(rating, form("rating", "good", "why", "host", "ad", "a b")).status(303).location(after + "?ad=a+b&why=host")
		zoe.postJSON(rating, form("rating", "fair")).status(204)
		zoe.get(after).status(200).has(`value="fair" aria-pressed="true"`, `value="good" aria-pressed="false"`)
		ann.get(after).status(200).has(`value="fair" aria-pressed="false"`) // hers is her own
		page := ann.get(org + "/meetings/" + string(meeting.ID)).status(200)
		if said := strings.Count(page.body, ">Fair</span>"); said != 1+1 { // in the legend, and beside Zoë
			t.Errorf("the meeting's page says it %d times", said)
		}
		other, elsewhere := w.owner("Bob")
		there := other.room(elsewhere)
		zoe.post("/m/"+there+"/rating", form("rating", "bad")).status(403)
		own, err := w.store.Org(room.Org).OwnCall(t.Context(), meeting.ID, seat.Identity)
		must(t, err)
		if own.Rating != tenants.CallFair {
			t.Errorf("kept is %q", own.Rating)
		}
	})
}
