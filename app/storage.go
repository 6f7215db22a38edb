package app

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// storageLimits are those of all organizations that the visitor belongs to.
func (s *Server) storageLimits(c *fiber.Ctx) (map[tenants.OrgID]tenants.StorageLimit, error) {
	out := map[tenants.OrgID]tenants.StorageLimit{}
	for _, mine := range visitor(c).Orgs {
		allowed, err := s.allowanceOf(c.UserContext(), mine.Org.ID)
		if err != nil {
			return nil, err
		}
		out[mine.Org.ID] = allowed.By.Storage()
	}
	return out, nil
}

// storageChanged looks whether people have to be told that organizations are nearly or wholly full, after an upload that went well, or
// that was refused by fault.
func (s *Server) storageChanged(ctx context.Context, limits map[tenants.OrgID]tenants.StorageLimit, fault error) {
	full, refused := errors.AsType[*tenants.StorageFault](fault)
	if fault != nil && !refused {
		return
	}
	for org, limit := range limits {
		if refused && full.ID != org {
			continue
		}
		told, err := s.tenants.Org(org).TellOfStorage(ctx, s.cfg.BaseURL, "en", limit, refused)
		if err != nil && !errors.Is(err, context.Canceled) {
			s.log.Error("storage not looked at", "err", err)
		}
		if told {
			s.ringMails()
		}
	}
}

// storageWords is the sentence for a file that found no room: whose limit it is, who can lift it and how. Empty for another fault.
func storageWords(t *views.Texts, fault error) string {
	full, is := errors.AsType[*tenants.StorageFault](fault)
	if !is {
		return ""
	}
	id := "error.storage.plan"
	switch full.Limit.By {
	case tenants.ByOrganization:
		id = "error.storage.quota"
	case tenants.ByPayment:
		id = "error.storage.payment"
	case tenants.ByOperator:
		id = "error.storage.operator"
	}
	return t.T(id, "Organization", full.Organization, "Most", t.Size(full.Limit.Most))
}

// storageAlert is the banner of an organization that has nearly or wholly filled a quota that its admins set.
func (s *Server) storageAlert(c *fiber.Ctx, org orgAccess, quota *int64, texts *views.Texts) (*views.Flash, error) {
	if quota == nil {
		return nil, nil
	}
	used, err := s.tenants.Org(org.ID).StorageUsed(c.UserContext())
	if err != nil || used.Total()*100 < *quota*tenants.NearlyUsed {
		return nil, err
	}
	return &views.Flash{Kind: "warning", Text: texts.T("quotas.storage_near", "Used", texts.Size(used.Total()), "Most", texts.Size(*quota))}, nil
}
