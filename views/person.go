package views

import (
	"strings"
	"time"
)

// SecurityModel is the page of a person's ways in.
type SecurityModel struct {
	Email       string
	Confirmed   bool
	Waiting     string // the address that has to confirm a change; empty for none
	HasPassword bool
	SignIns     []SignInRow // one page of them
	SignInList  ListPage
	Identities  []IdentityRow
	Providers   []ProviderLink // that can still be linked
	NewEmail    string         // as it was typed
	Problem     string         // message id of why something did not work
	Errors      map[string]string
	Wait        time.Duration // until the present password may be tried again
}

// SignInRow is one browser that is signed in.
type SignInRow struct {
	ID      string
	Agent   string // as the browser calls itself
	Network string
	Method  string // the provider's name; empty for a password
	Since   time.Time
	Seen    time.Time
	Here    bool // the one that looks at this page
}

// IdentityRow is an identity that signs the person in.
type IdentityRow struct {
	Issuer, Subject string
	Provider        string // as people call it
	Email           string
	Used            time.Time
}

// ProviderLink is an identity provider that somebody may choose.
type ProviderLink struct {
	Key  string // in the address: /auth/{key}
	Name string
}

// ProfileForm is the profile as it was filled in. Errors are message ids by field.
type ProfileForm struct {
	Name, Nickname string
	Language       string // BCP 47; empty for the browser's
	TimeZone       string // IANA name; empty for the browser's
	Errors         map[string]string

	Email        string
	Picture      string // its address; empty for none
	PictureError string // message id
	PictureFull  string // what to say when an organization's storage has no room for it
	Shown        ShownForm
}

// ShownForm is what a person lets people of the same organizations see.
type ShownForm struct{ Findable, Email, Picture, TimeZone bool }

// AddressModel is what the links in mails about a change of address open.
type AddressModel struct {
	Kind  string // take or keep
	Token string
	Spent bool
	Taken bool // somebody else has the address by now
	Done  bool
}

// waitWords says how long to wait, rounded up to what people count in.
func waitWords(p Page, d time.Duration) string {
	if d < time.Minute {
		return p.Texts.Length(d)
	}
	return p.Texts.Length((d + time.Minute - 1).Truncate(time.Minute))
}

// agent says what browser on what system it is, in words that people know. What it does not know it calls a browser.
func agent(p Page, ua string) string {
	browser, system := browserOf(ua), systemOf(ua)
	switch {
	case browser != "" && system != "":
		return p.T("security.browser_on", "Browser", browser, "System", system)
	case browser != "":
		return browser
	case system != "":
		return p.T("security.browser_on", "Browser", p.T("security.browser"), "System", system)
	}
	return p.T("security.browser")
}

// browserOf looks for the names from the most particular on: Edge calls itself Chrome and Safari too.
func browserOf(ua string) string {
	return firstOf(ua, "Edg/", "Edge", "OPR/", "Opera", "SamsungBrowser/", "Samsung Internet", "Vivaldi/", "Vivaldi", "Firefox/", "Firefox", "FxiOS/", "Firefox",
		"CriOS/", "Chrome", "Chromium/", "Chromium", "HeadlessChrome/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
}

func systemOf(ua string) string {
	return firstOf(ua, "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "CrOS", "ChromeOS", "Windows", "Windows", "Mac OS X", "macOS", "Linux", "Linux")
}

func firstOf(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return pairs[i+1]
		}
	}
	return ""
}

// place says where an address is, as far as an address tells.
func place(p Page, network string) string {
	switch {
	case network == "":
		return p.T("security.place_unknown")
	case strings.HasPrefix(network, "127.") || network == "::1":
		return p.T("security.place_here")
	case strings.Contains(network, "/"):
		return p.T("security.place_network", "Network", strings.TrimSuffix(strings.TrimSuffix(network, ".0/24"), "::/48"))
	}
	return p.T("security.place_private", "Network", network)
}
