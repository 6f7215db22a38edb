package views

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"parley/tenants"
)

// hostile is a name that must only ever be text.
const hostile = `<script>alert("x")</script>" onclick="alert(1)" <img src=x>`

// endless is a name that no layout has room for.
var endless = strings.Repeat("Kitchen refit for the whole house and garden ", 6)

func words(t *testing.T) *Texts {
	t.Helper()
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.For("en")
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// plans are the seeded ones, with any name.
func plans(name string) []Plan {
	return []Plan{
		{ID: "free", Name: name, Tagline: name, Currency: "usd", MeetingLength: 40 * time.Minute, Participants: 100, Features: []string{"plan.feature.rooms"}},
		{ID: "pro", Name: name, Tagline: name, Currency: "usd", MonthlyCents: 1299, YearlyCents: 12468, MeetingLength: 30 * time.Hour, Participants: 150, Highlight: true},
		{ID: "enterprise", Name: name, Currency: "usd", Contact: true, MeetingLength: 30 * time.Hour, Participants: 500},
	}
}

// security is the page of ways in, with everything on it.
func security(name string, at time.Time) SecurityModel {
	return SecurityModel{
		Email: name, Waiting: name, HasPassword: true, NewEmail: name, Wait: time.Minute,
		Errors: map[string]string{"present": "error.password.wrong", "password": "error.password.short", "email": "error.email.invalid", "address-present": "error.password.wrong"},
		SignIns: []SignInRow{
			{ID: "1", Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", Network: "127.0.0.1", Since: at, Seen: at, Here: true},
			{ID: "2", Agent: name, Network: "203.0.113.0/24", Method: name, Since: at, Seen: at},
			{ID: "3", Agent: "curl/8 (Macintosh; Intel Mac OS X)", Network: "192.168.1.4", Since: at, Seen: at},
			{ID: "4", Since: at, Seen: at},
		},
		Identities: []IdentityRow{{Issuer: name, Subject: name, Provider: name, Email: name, Used: at}},
		Providers:  []ProviderLink{{Key: "google", Name: "Google"}},
	}
}

// everyPage gives every page of the package, as a guest's or a member's, with one name in every place where somebody can type one.
func everyPage(t *testing.T, name string) map[string]templ.Component {
	texts := words(t)
	at := time.Date(2026, 11, 26, 15, 4, 0, 0, time.UTC)
	guest := Page{Texts: texts, Title: name, Path: "/", CSRF: "token", Nonce: "nonce", Demo: true, Flash: &Flash{Kind: "success", Text: name}}
	member := guest
	member.User = &UserBar{Name: name, Email: name, Home: "/o/acme", Billing: "/o/acme/billing"}
	member.Org = &OrgBar{OrgLink: OrgLink{Slug: "acme", Name: name, Role: "owner", Colour: "#753e59", Ink: "#fcfdfa"}, Plan: name, Manages: true, CanUpgrade: true, Others: []OrgLink{{Slug: "other", Name: name, Logo: "/logo/x.png"}}}
	unpaid := member
	unpaid.Alert = &Flash{Kind: "danger", Text: name}
	unpaid.Org = &OrgBar{OrgLink: OrgLink{Slug: "acme", Name: name}, Plan: name, Unpaid: true}
	unpaid.Missing = &MissingPayment{Plan: name, Until: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), Pay: "/o/acme/billing/pay"}
	all := plans(name)
	rooms := []RoomCard{
		{ID: "1", Name: name, Code: "k7dm-9q2x-h4tw", Link: "https://parley.example/m/k7dm-9q2x-h4tw", Live: true, People: 2, Names: []string{name, name}, CanManage: true},
		{ID: "2", Name: name, Code: "k7dm-9q2x-h4tx", Link: "https://parley.example/m/k7dm-9q2x-h4tx", LastUsed: at, CanManage: true},
		{ID: "3", Name: name, Code: "k7dm-9q2x-h4ty", Link: "https://parley.example/m/k7dm-9q2x-h4ty"},
	}
	left := LimitsModel{Plan: name, MeetingLength: 40 * time.Minute, Participants: 100, ConcurrentMeetings: 1, LengthBy: "person", MonthUsed: 3, MonthMost: 5, Upgrade: &all[1]}
	sub := &SubscriptionModel{Interval: Year, TotalCents: 12468, Seats: 2, PeriodEnd: at, GraceUntil: at}
	mail, err := Letter{Texts: texts, Kind: "confirm", Name: name, Link: "https://parley.example/confirm?token=x"}.Mail(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]templ.Component{
		"landing":            Landing(guest, LandingModel{Plans: all}),
		"landing, member":    Landing(member, LandingModel{}),
		"pricing":            Pricing(guest, PricingModel{Plans: all, Interval: Year, Contact: "mailto:sales@parley.example"}),
		"pricing, member":    Pricing(member, PricingModel{Plans: all, Interval: Month}),
		"pricing, empty":     Pricing(guest, PricingModel{}),
		"sign up":            SignUp(guest, SignUpForm{}),
		"sign up, faults":    SignUp(guest, SignUpForm{Name: name, Email: name, Organization: name, Plan: name, Errors: map[string]string{"name": "error.name.long", "email": "error.email.taken", "password": "error.password.short", "organization": "error.organization.long"}}),
		"sign in":            SignIn(guest, SignInForm{}),
		"sign in, wrong":     SignIn(guest, SignInForm{Email: name, Next: name, Error: "signin.wrong"}),
		"sign in, held":      SignIn(guest, SignInForm{Email: name, Error: "signin.held", Wait: 90 * time.Second}),
		"sign in, sent here": SignIn(guest, SignInForm{Notice: "signin.to_link"}),
		"forgot":             Forgot(guest, ForgotForm{Email: name}),
		"forgot, sent":       Forgot(guest, ForgotForm{Email: name, Sent: true}),
		"reset":              Reset(guest, ResetForm{Token: name, Error: "error.password.short"}),
		"reset, spent":       Reset(guest, ResetForm{Spent: true}),
		"take an address":    Address(guest, AddressModel{Kind: "take", Token: name}),
		"keep an address":    Address(guest, AddressModel{Kind: "keep", Token: name}),
		"address, spent":     Address(member, AddressModel{Kind: "keep", Spent: true}),
		"address, taken":     Address(member, AddressModel{Kind: "take", Taken: true}),
		"address, done":      Address(member, AddressModel{Kind: "take", Done: true}),
		"sign up, providers": SignUp(guest, SignUpForm{Providers: []ProviderLink{{Key: "google", Name: "Google"}, {Key: "facebook", Name: "Facebook"}}}),
		"sign in, providers": SignIn(guest, SignInForm{Providers: []ProviderLink{{Key: "google", Name: "Google"}}}),
		"leaving":            Leaving(guest, LeavingModel{Provider: name, Address: "https://accounts.google.com/o/oauth2/auth?x=y"}),
		"org sign-in":        OrgSignIn(guest, OrgSignInForm{Email: name, Error: "orgsignin.unknown"}),
		"newcomer":           Newcomer(guest, NewcomerForm{Provider: name, Name: name, Email: name, Organization: name, Errors: map[string]string{"name": "error.name.long", "email": "error.email.invalid"}}),
		"newcomer, fixed":    Newcomer(guest, NewcomerForm{Provider: name, Email: name, Fixed: true, Errors: map[string]string{"email": "error.identity.address"}}),
		"prove":              Prove(member, ProveModel{Org: name, Slug: "acme", Next: "/o/acme"}),
		"sso, not in plan":   SSO(member, SSOModel{CanPay: true}),
		"sso, fresh":         SSO(member, SSOModel{Allowed: true, Domains: name, Callback: "https://parley.example/auth/oidc/callback", Errors: map[string]string{"issuer": "error.issuer.invalid", "client": "error.client.empty", "secret": "error.secret.empty", "domains": "error.domain.foreign", "enforced": "error.enforce.first"}}),
		"sso":                SSO(member, SSOModel{Allowed: true, Set: true, Issuer: name, Client: name, Domains: name, Enforced: true, Proved: true, Callback: name}),
		"sso, not tried":     SSO(member, SSOModel{Allowed: true, Set: true, Issuer: name}),
		"profile":            Profile(member, ProfileForm{Name: name, Nickname: name, TimeZone: name, Errors: map[string]string{"name": "error.name.long", "nickname": "error.nickname.taken", "zone": "error.zone.unknown"}}),
		"security, problem":  Security(member, SecurityModel{Problem: "error.identity.last"}),
		"security":           Security(member, security(name, at)),
		"security, no word":  Security(member, SecurityModel{Email: name}),
		"join":               JoinCode(guest, JoinForm{}),
		"join, wrong":        JoinCode(guest, JoinForm{Code: name, Error: "error.code.invalid"}),
		"confirmed":          Confirmed(guest, ConfirmedModel{OK: true}),
		"confirmed, member":  Confirmed(member, ConfirmedModel{OK: true, SignedIn: true}),
		"not confirmed":      Confirmed(member, ConfirmedModel{SignedIn: true}),
		"not confirmed, out": Confirmed(guest, ConfirmedModel{}),
		"dashboard, empty":   Dashboard(member, DashboardModel{Welcome: true, Unconfirmed: true}),
		"dashboard":          Dashboard(unpaid, DashboardModel{Rooms: rooms, List: ListPage{Path: "/o/acme", Page: 2, Size: 24, Total: 1200, Query: url.Values{"q": {name}}}, Search: name, Left: left, Fresh: rooms[1].Code, Join: JoinForm{Code: name, Error: "error.code.invalid"}, RoomName: name, RoomError: "error.name.long"}),
		"dashboard, no fit":  Dashboard(member, DashboardModel{Search: name, Show: RoomsLive, List: ListPage{Path: "/o/acme", Page: 1, Size: 24, Query: url.Values{"show": {RoomsLive}}}}),
		"dashboard, quiet":   Dashboard(member, DashboardModel{Rooms: rooms[1:]}),
		"room":               RoomEdit(member, RoomEditModel{Room: rooms[1], Error: "error.name.long", CanArchive: true}),
		"room, live":         RoomEdit(member, RoomEditModel{Room: rooms[0], Error: "error.room.busy", CanArchive: true}),
		"room, its text":     RoomEdit(member, RoomEditModel{Room: rooms[0], Text: RoomTextModel{Own: name, Typed: name, Waiting: "guests"}}),
		"room, org's text":   RoomEdit(member, RoomEditModel{Room: rooms[0], Text: RoomTextModel{Org: name, Typed: name, Error: "error.policy.waiting_text", Waiting: "nobody"}}),
		"room, of others":    RoomEdit(member, RoomEditModel{Room: rooms[2]}),
		"settings":           OrgSettings(member, OrgSettingsModel{Name: name, Colour: "#753e59", Logo: "/logo/x.png"}),
		"settings, faults":   OrgSettings(member, OrgSettingsModel{Name: name, Errors: map[string]string{"organization": "error.organization.long", "colour": "error.colour.invalid", "logo": "error.logo.large"}}),
		"organizations":      Organizations(member, OrganizationsModel{Orgs: []OrgLink{member.Org.OrgLink}, Open: member.Org.Others}),
		"people":             People(member, PeopleModel{People: []MemberLine{{ID: "1", Name: name, Email: name, Role: "owner", Since: at, Me: true}, {ID: "2", Name: name, Role: "member"}}, Search: name, Seats: 5, SeatsUsed: 2, List: ListPage{Path: "/o/acme/people", Page: 2, Size: 50, Total: 120}}),
		"people, none":       People(member, PeopleModel{List: ListPage{Page: 1, Size: 50}}),
		"member page":        Member(member, MemberModel{MemberLine: MemberLine{ID: "1", Name: name, Email: name, Role: "billing"}, MayOwn: true, MayTouch: true, Error: "error.owner.needed"}),
		"member, an owner":   Member(member, MemberModel{MemberLine: MemberLine{ID: "1", Name: name, Role: "owner"}}),
		"leave":              LeaveOrg(member, LeaveModel{Error: "error.owner.needed"}),
		"invites":            Invites(member, InvitesModel{Invites: []InviteLine{{ID: "1", Email: name, Name: name, Role: "admin", State: "open", SentAt: at}, {ID: "2", Email: name, State: "accepted"}, {ID: "3", State: "expired"}, {ID: "4", State: "withdrawn"}}, Links: []LinkLine{{ID: "1", Link: name, ExpiresAt: at, Uses: 1, UsesMax: 2}}, Domains: []string{name}, MyEmail: name, List: ListPage{Page: 1, Size: 50, Total: 4}}),
		"invites, faults":    Invites(member, InvitesModel{Addresses: name, MayOwn: true, List: ListPage{Page: 1, Size: 50}, Errors: map[string]string{"addresses": "error.invites.toomany", "file": "error.csv.columns", "days": "error.link.days", "uses": "error.link.uses", "domain": "error.domain.public"}}),
		"invite preview":     InvitePreview(member, InvitePreviewModel{Good: []InviteCheck{{Line: 1, Email: name, Name: name, Role: "member"}}, Wrong: []InviteCheck{{Line: 2, Email: name, Fault: "error.seats.used"}}, CSV: name}),
		"invite preview, 0":  InvitePreview(member, InvitePreviewModel{Wrong: []InviteCheck{{Line: 2, Email: name, Fault: "error.invite.twice"}}}),
		"accept":             Accept(guest, AcceptModel{Org: OrgLink{Slug: "acme", Name: name, Role: "admin"}, MailTo: name, Errors: map[string]string{"name": "error.name.empty", "email": "error.email.taken", "password": "error.password.short"}}),
		"accept, link":       Accept(guest, AcceptModel{Org: OrgLink{Slug: "acme", Name: name, Role: "member"}, Name: name, Email: name}),
		"accept, signed in":  Accept(member, AcceptModel{Org: OrgLink{Slug: "acme", Name: name, Role: "owner"}, SignedIn: true, Errors: map[string]string{"": "error.seats.used"}}),
		"accept, other":      Accept(member, AcceptModel{Org: OrgLink{Slug: "acme", Name: name, Role: "billing"}, SignedIn: true, Other: true, MailTo: name}),
		"accept, member":     Accept(member, AcceptModel{Org: OrgLink{Slug: "acme", Name: name}, Member: true}),
		"invite gone":        InviteGone(guest),
		"quotas, table":      Quotas(unpaid, QuotasModel{Plan: QuotaPlan{Name: name}, Table: tenants.Terms{Plan: tenants.Limits{StorageBytes: 5}}.Table(tenants.Used{Stored: tenants.Stored{Logo: 9}})}),
		"quotas":             Quotas(unpaid, QuotasModel{Plan: QuotaPlan{Name: name, Minutes: 40, People: 100}, Used: 90, Most: 100, Quota: QuotaForm{Minutes: name}, Errors: map[string]string{"meeting_length": "error.quota.plan", "month_minutes": "error.quota.invalid"}}),
		"quotas, open":       Quotas(member, QuotasModel{Plan: QuotaPlan{Name: name}, Used: 1}),
		"organizations, 0":   Organizations(member, OrganizationsModel{}),
		"new organization":   NewOrganization(member, NewOrganizationForm{Name: name, Error: "error.orgs.enough"}),
		"billing, free":      Billing(member, BillingModel{Plan: all[0], Plans: all[1:2], Interval: Year, Seats: 1, CanPay: true, Selling: true, Contact: "https://parley.example"}),
		"billing, paid":      Billing(member, BillingModel{Plan: all[1], Subscription: sub, Interval: Month, CanPay: true, Selling: true}),
		"billing, ending":    Billing(member, BillingModel{Plan: all[1], Subscription: &SubscriptionModel{Interval: Month, CancelAtPeriodEnd: true, PeriodEnd: at}, Selling: true}),
		"billing, running":   Billing(member, BillingModel{Plan: all[1], Subscription: &SubscriptionModel{Interval: Month}, Plans: all[1:2], Interval: Month, Selling: true}),
		"billing, no sales":  Billing(member, BillingModel{Plan: all[0]}),
		"paid":               CheckoutDone(member, CheckoutModel{Plan: name, Paid: true, Org: "acme", MeetingLength: time.Hour, Participants: 150}),
		"paid in meeting":    CheckoutDone(member, CheckoutModel{Plan: name, Paid: true, InMeeting: true, Org: "acme"}),
		"payment waits":      CheckoutDone(member, CheckoutModel{Org: "acme"}),
		"not paid":           CheckoutCancelled(member, CheckoutModel{Org: "acme"}),
		"not paid, meeting":  CheckoutCancelled(member, CheckoutModel{InMeeting: true, Org: "acme"}),
		"full":               MeetingFull(guest, FullModel{Room: name, Code: "k7dm-9q2x-h4tw", Participants: 100, Plan: name}),
		"full, member":       MeetingFull(member, FullModel{Room: name, Member: true, Org: "acme", CanUpgrade: true}),
		"ended by limit":     MeetingEnded(member, EndedModel{Room: name, Reason: "limit", RestUntil: at, Limit: 40 * time.Minute, Member: true, Org: "acme", CanUpgrade: true}),
		"ended by host":      MeetingEnded(guest, EndedModel{Room: name, Reason: "host"}),
		"mails, none":        DevMail(guest, nil),
		"mails":              DevMail(member, []MailItem{{ID: "1", To: name, Subject: name, At: at}}),
		"mail":               DevMailMessage(guest, MailView{MailItem: MailItem{ID: "1", To: name, Subject: name, At: at}, Text: name + "\n" + mail.Text, HTML: mail.HTML}),
		"components":         Components(guest),
		"confirm mail":       templ.Raw(mail.HTML),
	}
	for _, reason := range []string{"left", "limit", "host", "removed", "empty", "duplicate", "failed", "shutdown", ""} {
		m := AfterModel{Room: name, Code: "k7dm-9q2x-h4tw", Reason: reason, Length: 40 * time.Minute, People: 7, Plan: name, Limit: 40 * time.Minute, CanRejoin: true}
		pages["after, guest, "+reason] = AfterCall(guest, m)
		m.EndedAt, m.RestUntil, m.Member, m.Org, m.Offers = at, at, true, "acme", texts.Offers(all, 1)
		pages["after, member, "+reason] = AfterCall(member, m)
		m.Offers = nil
		pages["after, no offer, "+reason] = AfterCall(member, m)
	}
	for _, problem := range []ProblemModel{
		{Status: 400, Key: "bad_request"}, {Status: 400, Key: "unknown_plan", Home: "/"}, {Status: 403, Key: "forbidden", Home: "/o/acme"}, {Status: 403, Key: "stale_form", Home: "/", Back: "/login"},
		{Status: 404, Key: "not_found", Home: "/"}, {Status: 409, Key: "conflict", Detail: "error.meetings.concurrent"}, {Status: 410, Key: "gone", Home: "/"}, {Status: 429, Key: "too_many", Home: "/"}, {Status: 500, Key: "internal", Home: "/"},
		{Status: 503, Key: "draining", Home: "/"}, {Status: 418, Key: "never heard of", Home: "/"}, {Status: 502, Key: "never heard of", Home: "/"},
	} {
		pages[fmt.Sprintf("problem %d %s", problem.Status, problem.Key)] = Problem(guest, problem)
		pages[fmt.Sprintf("problem %d %s, member", problem.Status, problem.Key)] = Problem(member, problem)
	}
	maps.Copy(pages, developerPages(member, name, at))
	return pages
}

// eventName is the name of a webhook's event, which looks like the id of a message and is meant to be read.
var eventName = regexp.MustCompile(`<code class="event[^>]*>[^<]*</code>`)

func TestEveryPageRendersAndKeepsThePolicy(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"a style attribute":         regexp.MustCompile(`\sstyle="`),
		"an event attribute":        regexp.MustCompile(`\son[a-z]+="`),
		"a script without a source": regexp.MustCompile(`<script(?:\s[^>]*)?>[^<]`),
		"a script without a nonce":  regexp.MustCompile(`<script[^>]*src="[^"]*"(?:\s[^n>][^>]*)?>`),
		"a foreign address":         regexp.MustCompile(`(?:src|srcset|data)="(?:https?:)?//`),
		"a hole that nobody filled": regexp.MustCompile(`\{\{|&lt;no value&gt;`),
		"a message id":              regexp.MustCompile(`>\s*[a-z_]+\.[a-z_]+(?:\.[a-z_]+)?\s*<`),
	}
	for kind, name := range map[string]string{"plain": "Acme", "empty": "", "endless": endless, "hostile": hostile} {
		for page, component := range everyPage(t, name) {
			t.Run(kind+"/"+page, func(t *testing.T) {
				html := eventName.ReplaceAllString(render(t, component), "")
				if kind == "endless" { // says nothing new, and takes long to search
					return
				}
				for what, pattern := range forbidden {
					if found := pattern.FindString(html); found != "" {
						t.Errorf("has %s: %.160s", what, found)
					}
				}
				if kind == "hostile" && (strings.Contains(html, "<script>alert") || strings.Contains(html, "<img src=x>")) {
					t.Error("lets a name be markup")
				}
			})
		}
	}
}

func TestFormsCarryTheTokenAndFieldsHaveLabels(t *testing.T) {
	forms := regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
	inputs := regexp.MustCompile(`<input[^>]*>`)
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	for page, component := range everyPage(t, "Acme") {
		html := render(t, component)
		for _, form := range forms.FindAllString(html, -1) {
			if !strings.Contains(form, `name="csrf" value="token"`) {
				t.Errorf("%s: a form without its token: %.120s", page, form)
			}
		}
		for _, input := range inputs.FindAllString(html, -1) {
			if strings.Contains(input, `type="hidden"`) || strings.Contains(input, `type="checkbox"`) || strings.Contains(input, `type="radio"`) {
				continue
			}
			found := id.FindStringSubmatch(input)
			if found == nil || !strings.Contains(html, `for="`+found[1]+`"`) {
				t.Errorf("%s: a field without a label: %s", page, input)
			}
		}
		if n := strings.Count(html, "<h1"); page != "confirm mail" && n != 1 {
			t.Errorf("%s: %d main headings, want 1", page, n)
		}
	}
}

func TestIdsAreThereOnce(t *testing.T) {
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	for page, component := range everyPage(t, "Acme") {
		if page == "components" { // the same drawings more than once, by design
			continue
		}
		seen := map[string]bool{}
		for _, found := range id.FindAllStringSubmatch(render(t, component), -1) {
			if seen[found[1]] {
				t.Errorf("%s: id %q twice", page, found[1])
			}
			seen[found[1]] = true
		}
	}
}

// The visible names that other people's scripts and tests go by.
func TestContractNames(t *testing.T) {
	pages := everyPage(t, "Acme")
	for page, names := range map[string][]string{
		"landing":              {">Start free<", ">Sign in<", ">Join with a code<"},
		"sign up":              {"Name", "E-mail", "Password", "Organization", ">Start free<", `action="/signup"`},
		"sign in":              {"E-mail", "Password", ">Sign in<", `action="/login"`},
		"join":                 {"Code or link", ">Join<", `action="/join"`},
		"dashboard":            {"Open a room", "Copy link", ">Join<", "Code or link", ">What is left<"},
		"room, live":           {"Copy link", ">Join<"},
		"full":                 {"Every seat is taken"},
		"after, member, limit": {"ran to 40 minutes", "Upgrade, pay $124.68", `action="/o/acme/checkout"`},
	} {
		html := render(t, pages[page])
		for _, name := range names {
			if !strings.Contains(html, name) {
				t.Errorf("%s does not say %q", page, name)
			}
		}
	}
}

func TestUpgradeIsOfferedOnlyToWhoCanBuy(t *testing.T) {
	pages := everyPage(t, "Acme")
	for _, page := range []string{"after, guest, limit", "after, no offer, limit", "after, member, host", "full", "ended by host"} {
		if html := render(t, pages[page]); strings.Contains(html, "/checkout") || strings.Contains(html, "/billing\"") && page != "after, no offer, limit" && page != "after, member, host" {
			t.Errorf("%s offers an upgrade to somebody who cannot buy it", page)
		}
	}
	if html := render(t, pages["full, member"]); !strings.Contains(html, "/o/acme/billing") {
		t.Error("a full room does not show its owner the way to more seats")
	}
}
