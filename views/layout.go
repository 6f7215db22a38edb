package views

import "strings"

// Doc is what a layout tells the document around it.
type Doc struct {
	Class   string   // of the body
	Theme   string   // "dark" holds the page dark; empty follows the reader's system
	Styles  []string // built style sheets
	Scripts []string // built scripts, as modules
	Refresh string   // where the page goes by itself; empty to stay

	Onward   string // where it goes by itself in browsers without script; empty to stay
	OnwardIn int    // after so many seconds
}

// siteDoc is the document of all pages but the meeting; more are scripts that one page alone needs.
func siteDoc(class string, more ...string) Doc {
	return Doc{Class: class, Styles: []string{"site.css"}, Scripts: append([]string{"site.js"}, more...)}
}

// docTitle is the text of the title element: the page first, as tabs are narrow.
func docTitle(p Page) string {
	if p.Title == "" {
		return p.T("brand") + ". " + p.T("brand_line")
	}
	return p.Title + " · " + p.T("brand")
}

// brandHome is where the mark leads: the console for who is signed in, else the front page.
func brandHome(p Page) string {
	if p.Operator != nil {
		return "/operator"
	}
	if p.User != nil && p.User.Home != "" && p.Org != nil {
		return p.User.Home
	}
	return "/"
}

func orgPath(slug string, rest ...string) string {
	return "/o/" + slug + strings.Join(rest, "")
}

// current is the value of aria-current for a link to that path; empty leaves the attribute out.
func current(p Page, path string) bool { return p.Path == path }

// initials are the first letters of the first and last word of a name, for the speech shape that stands in for a picture.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := firstLetter(words[0])
	if len(words) == 1 {
		return first
	}
	return first + firstLetter(words[len(words)-1])
}

func firstLetter(word string) string {
	for _, r := range word {
		return strings.ToUpper(string(r))
	}
	return ""
}

// firstName is the first word of a name.
func firstName(name string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return word
}

// tone picks one of the quiet colours for a name, always the same one.
func tone(name string) string {
	sum := 0
	for _, r := range name {
		sum = sum*31 + int(r)
	}
	tones := []string{"spruce", "clay", "plum", "info"}
	return "tone-" + tones[uint(sum)%uint(len(tones))]
}
