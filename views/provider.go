package views

// LeavingModel is the page between ours and an identity provider's.
type LeavingModel struct{ Provider, Address string }

// OrgSignInForm asks for the address by which an organization's own sign-in is found. Error is a message id.
type OrgSignInForm struct{ Email, Next, Error string }

// NewcomerForm completes signing up after an identity provider has said who it is.
type NewcomerForm struct {
	Provider                  string
	Name, Email, Organization string
	Fixed                     bool   // the provider has checked the address
	Offer                     string // the interval, Month or Year, of what they came for; empty for nothing
	Errors                    map[string]string
}

// ProveModel asks a member to come in through the organization's own sign-in.
type ProveModel struct{ Org, Slug, Next string }

// SSOModel is an organization's own sign-in, as it is set up.
type SSOModel struct {
	Allowed, CanPay         bool   // the plan has it; the person may change the plan
	Why                     string // it does not; who can change that, and how
	Set                     bool
	Issuer, Client, Domains string
	Enforced, Proved        bool   // Proved: the person has come in through it
	Callback                string // what the provider has to be told
	Errors                  map[string]string
}

// leavingDoc goes on by itself. What the address holds is for this browser only.
func leavingDoc(address string) Doc {
	d := siteDoc("plain leaving")
	d.Refresh = address
	return d
}

func ssoSecretHint(p Page, m SSOModel) string {
	if m.Set {
		return p.T("sso.secret_kept")
	}
	return p.T("sso.secret_hint")
}
