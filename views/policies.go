package views

// PoliciesModel is what happens to people in an organization's meetings. Errors are message ids by field.
type PoliciesModel struct {
	Guests      bool
	Waiting     string // nobody, guests or everyone
	Share, Chat string // everyone, members or managers
	ChatSince   bool   // who comes later reads only what is written after they came
	Encryption  bool   // required
	WaitingText string // what who waits reads; "" = our own sentence
	Errors      map[string]string
}

// policyChoice is one way to set a policy, with a sentence that says what happens to people.
type policyChoice struct {
	Value, Word, Text string // Word and Text are message ids
}

func guestChoices() []policyChoice {
	return []policyChoice{
		{"yes", "policies.guests_yes", "policies.guests_yes_text"},
		{"no", "policies.guests_no", "policies.guests_no_text"},
	}
}

func waitingChoices() []policyChoice {
	return []policyChoice{
		{"nobody", "policies.waiting_nobody", "policies.waiting_nobody_text"},
		{"guests", "policies.waiting_guests", "policies.waiting_guests_text"},
		{"everyone", "policies.waiting_everyone", "policies.waiting_everyone_text"},
	}
}

func shareChoices() []policyChoice {
	return []policyChoice{
		{"everyone", "policies.everyone", "policies.share_everyone"},
		{"members", "policies.members", "policies.share_members"},
		{"managers", "policies.managers", "policies.share_managers"},
	}
}

func chatChoices() []policyChoice {
	return []policyChoice{
		{"everyone", "policies.everyone", "policies.chat_everyone"},
		{"members", "policies.members", "policies.chat_members"},
		{"managers", "policies.managers", "policies.chat_managers"},
	}
}

func historyChoices() []policyChoice {
	return []policyChoice{
		{"all", "policies.history_all", "policies.history_all_text"},
		{"since", "policies.history_since", "policies.history_since_text"},
	}
}

func encryptionChoices() []policyChoice {
	return []policyChoice{
		{"optional", "policies.encryption_off", "policies.encryption_off_text"},
		{"required", "policies.encryption_on", "policies.encryption_on_text"},
	}
}

func (m PoliciesModel) history() string {
	if m.ChatSince {
		return "since"
	}
	return "all"
}

func (m PoliciesModel) encryption() string {
	if m.Encryption {
		return "required"
	}
	return "optional"
}

func (m PoliciesModel) guests() string {
	if m.Guests {
		return "yes"
	}
	return "no"
}
