package views

import "parley/tenants"

// QuotasModel is what an organization allows its own meetings. Errors are message ids by field.
type QuotasModel struct {
	Plan       QuotaPlan
	Quota      QuotaForm
	Used, Most int // minutes of this month; Most 0 is no limit

	StorageUsed, StorageMost                   int64 // bytes; Most 0 is no limit
	StorageLogo, StoragePictures, StorageFiles int64 // what StorageUsed is made of
	Table                                      []tenants.Entitlement
	Exception                                  *tenants.Exception // of the operator's; nil for none
	Errors                                     map[string]string
}

// QuotaPlan is what the plan allows; 0 is no limit.
type QuotaPlan struct {
	Name                    string
	Minutes, People, AtOnce int
	Megabytes               int
}

// QuotaForm is a quota as it stands in the fields; empty leaves what the plan says.
type QuotaForm struct{ Minutes, People, AtOnce, Month, Storage string }

// planSays is the hint beside a field: what the plan allows.
func planSays(p Page, plan string, n int) string {
	if n <= 0 {
		return p.T("quotas.plan_open", "Plan", plan)
	}
	return p.T("quotas.plan_says", "Plan", plan, "Most", n)
}

// liftWord says who can lift a limit and how; empty for one that nothing but the plan holds.
func liftWord(by string) string {
	switch by {
	case "organization":
		return "quotas.lift_organization"
	case "person":
		return "quotas.lift_person"
	case "operator":
		return "entitlement.lift.operator"
	}
	return ""
}

// lift says who can lift the limits that are not the plan's; empty when all are.
func (m LimitsModel) lift() string {
	for _, by := range []string{"person", "organization", "operator"} {
		if m.LengthBy == by || m.ParticipantsBy == by || m.ConcurrentBy == by {
			return liftWord(by)
		}
	}
	return ""
}

// allows names what sets the most: the plan, or the plan with an operator's exception.
func (m QuotasModel) allows(p Page) string {
	if m.Exception == nil {
		return m.Plan.Name
	}
	return p.T("exception.with", "Plan", m.Plan.Name)
}
