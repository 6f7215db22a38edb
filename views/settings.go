package views

// OrgSettingsModel is how an organization looks. Errors are message ids by field: organization, logo, colour.
type OrgSettingsModel struct {
	Name   string // as typed, when it is at fault
	Colour string // "#rrggbb"; empty for none
	Logo   string // address of the picture; empty for none
	Errors map[string]string

	LogoFull string // what to say when the organization's storage has no room for it
}

// colour is what the colour field shows: a browser's field for colours always holds one.
func (m OrgSettingsModel) colour() string {
	if m.Colour == "" {
		return "#07553f"
	}
	return m.Colour
}

// OrganizationsModel lists the organizations that a person belongs to.
type OrganizationsModel struct {
	Orgs []OrgLink
	Open []OrgLink // that the person may join because of their confirmed address
}

// NewOrganizationForm is the form as it was filled in. Error is a message id, empty for none.
type NewOrganizationForm struct{ Name, Error string }
