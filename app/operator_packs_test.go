package app_test

import (
	"strings"
	"testing"

	"parley/tenants"
)

// An operator makes a pack, puts it into the shop, sees what it brought, and gives a payment back.
func TestAnOperatorMakesAPack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.get("/operator/packs").status(303)
		olga := w.operator("Olga")
		olga.get("/operator/packs").status(200).has("Front room", "Night ferry", "In the shop", "$1.99")
		olga.post("/operator/packs", form("name", "", "price", "1.99")).status(400).has("A name of up to 60", `value="1.99"`)
		olga.post("/operator/packs", form("name", "Rainy day", "price", "a lot")).status(400).has("0 for free", `value="Rainy day"`)
		olga.post("/operator/packs", form("name", "Rainy day", "price", "1,49")).status(303).location("/operator/packs/rainy-day?done=pack_made")
		olga.get("/operator/packs/rainy-day").status(200).has("Draft", "Add a sticker")
		olga.post("/operator/packs/rainy-day/state", form("state", "listed")).status(400)
		olga.get("/operator/packs/rainy-day")
		add := func(name, alt string, file string) *answer {
			t.Helper()
			return olga.send("/operator/packs/rainy-day/stickers", "picture", "x.svg", []byte(file), "sticker", name, "alt", alt)
		}
		const drop = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><circle cx="80" cy="80" r="60" fill="#34729b"/></svg>`
		add("drop", "", drop).status(400).has("Say in up to 120 characters", `value="drop"`)
		add("drop", "A drop", `<svg onload="x"/>`).status(400).has("plain shapes and colours")
		add("drop", "A drop", "no picture").status(400).has("no picture that we can read")
		add("drop", "A drop", drop).status(303)
		add("cat", "A cat in the rain", string(moving(t))).status(303)
		olga.get("/operator/packs/rainy-day").status(200).has(`alt="A drop"`, ".svg", ".png")
		olga.post("/operator/packs/rainy-day/stickers/cat/remove", form()).status(303)
		ann.get("/stickers").status(200).lacks("Rainy day")
		olga.get("/operator/packs/rainy-day")
		olga.post("/operator/packs/rainy-day/state", form("state", "listed")).status(303).location("/operator/packs/rainy-day?done=pack_listed")
		olga.post("/operator/packs/rainy-day/stickers/drop/remove", form()).status(403)

		ann.buyPack("rainy-day", "Rainy day")
		olga.get("/operator/packs").status(200).has("Rainy day", "$1.49")
		page := olga.get("/operator/packs/rainy-day").status(200).has("1 sold, 0 given back, $1.49 kept.", "ann@parley.example", "Refund")
		olga.post("/operator/packs/rainy-day/price", form("price", "2")).status(303)
		olga.post("/operator/packs/rainy-day/state", form("state", "withdrawn")).status(303)
		ann.get("/stickers").status(200).has("Rainy day") // stays with its owner
		at := strings.Index(page.body, "/operator/packs/rainy-day/payments/")
		refund := page.body[at : at+strings.IndexByte(page.body[at:], '"')]
		olga.post(refund, form()).status(303)
		olga.get("/operator/packs/rainy-day").status(200).has("1 sold, 1 given back, $0 kept.", "Withdrawn").lacks("/payments/")
		if w.owns(tenants.UserID(w.id(org, "Ann")), "rainy-day") {
			t.Error("given back, and still owned")
		}
		olga.get("/operator/audit").status(200).has("Made a sticker pack", "Gave a payment for a sticker pack back", "rainy-day")
		for _, wrong := range []string{"/operator/packs/no-such", "/operator/packs/..%2f"} {
			olga.get(wrong).status(404)
		}
	})
}
