package views

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// madeUp are the beginnings of ids that code puts together, so that no whole id stands in it.
var madeUp = []string{
	"reaction.", "full.text_", "ended.limit_", "shop.state_", "oppacks.state_", "oppacks.paid_",
	"date.month.",
	"op_revenue.", "op_plans.right_", "op_events.outcome_", "op_announce.state_", "op_nodes.state_", "op_health.level_", "op_health.part_", "plan.tagline.", "landing.mirror_", "landing.guests_", "landing.clock_t", "after.kind_", "after.reason_", "billing.price_", "billing.pay_", "offer.name_",
	"offer.detail_", "problem.", "audit.did.", "audit.family.", "api.", "scope.", "webhook.state_", "webhook.event_", "meeting.", "lobby.", "letter.", "done.", "usage.",
	"isolation.by_", "isolation.thing_", "sticker.", "campaigns.place_", "campaigns.standing_", "entitlement.", "operator.did.", "operator.family.",
	"audit.detail.",
	"billing.try_every_", "billing.change_", "change.heading_", "change.next_", "change.order_", "invoices.state_",
}

// sources are all hand-written files that may name a message.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range []string{".", "../app", "../tenants", "../billing", "../migrations"} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			if ext := filepath.Ext(path); ext != ".go" && ext != ".templ" && ext != ".sql" {
				return nil
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestEveryMessageThatPagesUseExists(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	ids := catalogue.IDs()
	text := sources(t)
	for _, found := range regexp.MustCompile(`\b(?:T|N|page|orgPage)\((?:c, )?"([a-z_.]+[a-z])"[,)]`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(ids, found[1]) {
			t.Errorf("message %q is used and not in the catalogue", found[1])
		}
	}
	for _, found := range regexp.MustCompile(`["' ]((?:error|plan\.feature)\.[a-z.]+[a-z])["' ]`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(ids, found[1]) {
			t.Errorf("message %q is named and not in the catalogue", found[1])
		}
	}
}

func TestNoMessageIsUnused(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, word := range strings.FieldsFunc(sources(t), func(r rune) bool { return strings.ContainsRune("\"' \n\t,()", r) }) {
		named[word] = true
	}
	for _, id := range catalogue.IDs() {
		if slices.ContainsFunc(madeUp, func(start string) bool { return strings.HasPrefix(id, start) }) {
			continue
		}
		if !named[id] {
			t.Errorf("message %q is in the catalogue and nobody says it", id)
		}
	}
}

func TestWordsKeepTheHouseStyle(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range catalogue.Languages() {
		keepsTheHouseStyle(t, catalogue.For(language))
	}
}

func keepsTheHouseStyle(t *testing.T, texts *Texts) {
	t.Helper()
	for id, text := range texts.Under("") {
		if strings.Contains(text, "!") || strings.Contains(strings.ToLower(text), "oops") || strings.Contains(text, "workspace") || strings.Contains(text, "'") {
			t.Errorf("%s: %q", id, text)
		}
	}
}

// German speaks to people with "Sie", and calls a meeting "Treffen", on every page.
func TestGermanHasOneVoice(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	other := regexp.MustCompile(`\b([Dd]u|[Dd]ein\w*|[Dd]ich|[Dd]ir|[Ee]uch|[Ee]uer\w*|[Ee]ure\w*|Meetings?|Besprechung(en)?)\b`)
	for id, text := range catalogue.For("de").Under("") {
		if word := other.FindString(text); word != "" {
			t.Errorf("%s says %q: %q", id, word, text)
		}
	}
}

func TestEveryIconThatPagesUseExists(t *testing.T) {
	for _, found := range regexp.MustCompile(`Icon\("([a-z0-9-]+)"`).FindAllStringSubmatch(sources(t), -1) {
		if iconBody(found[1]) == "" {
			t.Errorf("icon %q is not in icons.mjs", found[1])
		}
	}
	for _, kind := range []string{"success", "info", "warning", "danger", "lamp"} {
		if iconBody(noticeIcon(kind)) == "" {
			t.Errorf("a %s notice has no icon", kind)
		}
	}
}

func TestTheTwoDarkBlocksAreEqual(t *testing.T) {
	css, err := os.ReadFile("../static/src/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s)(?::not\(\[data-theme\]\)|\n\[data-theme="dark"\]) \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 2 {
		t.Fatalf("found %d dark blocks, want 2", len(blocks))
	}
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if flat(blocks[0][1]) != flat(blocks[1][1]) {
		t.Errorf("dark by preference and dark by attribute differ:\n%s\n%s", flat(blocks[0][1]), flat(blocks[1][1]))
	}
}

func TestLanguagesFallBackToEnglish(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []string{"", "xx", "fr-CA,it;q=0.9", "en-GB", "; drop table"} {
		texts := catalogue.For(wanted)
		if texts.Lang() != "en" || texts.T("nav.sign_in") != "Sign in" {
			t.Errorf("For(%q) speaks %s: %q", wanted, texts.Lang(), texts.T("nav.sign_in"))
		}
	}
	for _, wanted := range []string{"de", "de-CH,en;q=0.9", "fr,de-AT;q=0.5"} {
		texts := catalogue.For(wanted)
		if texts.Lang() != "de" || texts.T("nav.sign_in") != "Anmelden" {
			t.Errorf("For(%q) speaks %s: %q", wanted, texts.Lang(), texts.T("nav.sign_in"))
		}
	}
}
