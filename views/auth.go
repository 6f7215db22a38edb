package views

import (
	"net/url"

	"github.com/a-h/templ"
)

// authAside is the other way than the form: its question, word and place.
type authAside struct{ Ask, Word, Href string }

// fault is the sentence for a form's field; empty when nothing is wrong with it.
func fault(p Page, errors map[string]string, field string) string {
	return said(p, errors[field])
}

// said is the sentence for a message id; empty for none.
func said(p Page, id string) string {
	if id == "" {
		return ""
	}
	return p.T(id)
}

// forgotPath keeps the address that was typed already.
func forgotPath(email string) templ.SafeURL {
	if email == "" {
		return "/forgot"
	}
	return templ.SafeURL("/forgot?email=" + url.QueryEscape(email))
}
