package views

// EmojiModel is which packs of stickers may be sent in an organization's meetings, and its own emoji.
type EmojiModel struct {
	Rule    string // all, some or none
	Packs   []PackChoice
	Emoji   []EmojiItem
	Most    int               // as many as there may be
	Name    string            // as it was typed
	Errors  map[string]string // message ids by field: packs, name, picture
	Full    string            // what to say when there is no room for the picture
	Drawing string            // what to say of an SVG that is not allowed
}

// PackChoice is a pack that may be allowed.
type PackChoice struct {
	ID, Name string
	Chosen   bool
}

// EmojiItem is one emoji. Its name has no colons.
type EmojiItem struct{ ID, Name, Src string }

func packChoices() []policyChoice {
	return []policyChoice{
		{"all", "emoji.packs_all", "emoji.packs_all_text"},
		{"some", "emoji.packs_some", "emoji.packs_some_text"},
		{"none", "emoji.packs_none", "emoji.packs_none_text"},
	}
}
