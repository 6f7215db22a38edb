package billing_test

import (
	"bytes"
	"testing"

	"parley/billing"
	"parley/tenants"
)

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>`

func TestTheOperatorMakesAPack(t *testing.T) {
	shop(t, func(w *world) {
		key := func(what string, err error, field, want string) {
			w.t.Helper()
			if got := tenants.KeyOf(err); got != want || field != "" && tenants.Fields(err)[field] != want {
				w.t.Errorf("%s: %v", what, err)
			}
		}
		ctx, sales := w.ctx(), w.billing
		for name, cents := range map[string]int64{"": 0, "!!": 0, "Cheap": 49, "Dear": 10_001, "Less": -1} {
			if _, err := sales.MakePack(ctx, name, cents); tenants.CodeOf(err) != tenants.CodeInvalid {
				w.t.Errorf("%q at %d: %v", name, cents, err)
			}
		}
		pack, err := sales.MakePack(ctx, " Rainy  Day ", 149)
		if err != nil || pack.ID != "rainy-day" || pack.Name != "Rainy Day" || pack.State != billing.PackDraft {
			w.t.Fatalf("%+v, %v", pack, err)
		}
		_, err = sales.MakePack(ctx, "Rainy day", 0)
		key("the same name", err, "name", billing.KeyPackTaken)
		key("listed empty", sales.SetPackState(ctx, pack.ID, billing.PackListed), "", billing.KeyPackEmpty)
		good := billing.StickerInput{Name: "drop", Alt: "A drop", MediaType: "image/svg+xml", Data: []byte(drawing)}
		for field, bend := range map[string]func(*billing.StickerInput){
			"sticker": func(in *billing.StickerInput) { in.Name = "../x" },
			"alt":     func(in *billing.StickerInput) { in.Alt = " " },
			"picture": func(in *billing.StickerInput) { in.Data = bytes.Repeat([]byte{1}, billing.StickerBytes+1) },
		} {
			bad := good
			bend(&bad)
			if err := sales.AddSticker(ctx, pack.ID, bad); tenants.Fields(err)[field] == "" {
				w.t.Errorf("%s: %v", field, err)
			}
		}
		for _, name := range []string{"drop", "cloud"} {
			good.Name = name
			if err := sales.AddSticker(ctx, pack.ID, good); err != nil {
				w.t.Fatal(err)
			}
		}
		key("twice", sales.AddSticker(ctx, pack.ID, good), "sticker", billing.KeyStickerTaken)
		if err := sales.RemoveSticker(ctx, pack.ID, "cloud"); err != nil {
			w.t.Fatal(err)
		}
		ann := w.newPerson("ann")
		_, err = sales.StartPackCheckout(ctx, w.packInput(ann, pack.ID))
		key("a draft is bought", err, "", billing.KeyPackNotSold)
		if err := sales.SetPackState(ctx, pack.ID, billing.PackListed); err != nil {
			w.t.Fatal(err)
		}
		key("taken out of a listed one", sales.RemoveSticker(ctx, pack.ID, "drop"), "", billing.KeyPackFixed)
		page := w.packPage(ann, pack.ID)
		if err := sales.SetPackPrice(ctx, pack.ID, 199); err != nil {
			w.t.Fatal(err)
		}
		dearer := w.packPage(ann, pack.ID)
		if dearer == page {
			w.t.Error("the page for the old price was offered again")
		}
		w.pay(dearer)
		w.settle()
		w.owns(ann, pack.ID)
		if err := sales.SetPackState(ctx, pack.ID, billing.PackWithdrawn); err != nil {
			w.t.Fatal(err)
		}
		w.owns(ann, pack.ID) // withdrawn stays with its owners
		_, err = sales.StartPackCheckout(ctx, w.packInput(w.newPerson("bob"), pack.ID))
		key("withdrawn, and bought", err, "", billing.KeyPackNotSold)

		all, err := sales.PackPurchases(ctx, pack.ID)
		if err != nil || len(all) != 1 || all[0].User != ann || all[0].Amount != 199 {
			w.t.Fatalf("%+v, %v", all, err)
		}
		if got, err := sales.PackSales(ctx); err != nil || got[pack.ID] != (billing.PackSales{Sold: 1, Owned: 1, Income: 199, Currency: "USD"}) {
			w.t.Errorf("%+v, %v", got, err)
		}
		for range 2 { // again changes nothing
			if err := sales.RefundPurchase(ctx, all[0].Payment); err != nil {
				w.t.Fatal(err)
			}
		}
		w.settle()
		w.owns(ann)
		if got, err := sales.PackSales(ctx); err != nil || got[pack.ID] != (billing.PackSales{Sold: 1, Refunded: 1, Currency: "USD"}) {
			w.t.Errorf("%+v, %v", got, err)
		}
		key("no such payment", sales.RefundPurchase(ctx, "ch_none"), "", billing.KeyPackUnknown)
	})
}
