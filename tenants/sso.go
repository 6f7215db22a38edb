package tenants

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SSO is how an organization's people sign in through its own identity provider
// (OpenID Connect).
type SSO struct {
	Issuer    string
	ClientID  string
	Secret    string   // "" where it is not needed
	Domains   []string // whose addresses belong to the organization; in order
	Enforced  bool     // members who are no owners come in through the provider only
	ChangedAt time.Time
}

// SetSSOInput changes it.
type SetSSOInput struct {
	Issuer, ClientID string
	Secret           string // "" keeps the present one
	Domains          string // as typed: with commas, spaces or line breaks
	Enforced         bool
	Proved           bool // the admin has just come in through the provider themselves
}

type ssoRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	ID        string   `gorm:"primaryKey"`
	Issuer    string
	ClientID  string
	Sealed    []byte
	Enforced  bool
	ChangedAt time.Time `gorm:"column:updated_at"`
}

func (ssoRow) TableName() string { return "sso_settings" }

type ssoDomainRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey" known:"email_domain=domain"`
	Domain string   `gorm:"primaryKey"`
}

func (ssoDomainRow) TableName() string { return "sso_domains" }

// ssoID is the id of the one row that an organization has.
const ssoID = "organization"

// domainsMax is how many domains an organization may name.
const domainsMax = 20

// SSO gives the organization's own sign-in without its secret; [CodeNotFound]
// when it has none.
func (o *Scoped) SSO(ctx context.Context) (SSO, error) {
	_, out, err := o.sso(ctx)
	return out, err
}

// SSOClient is [Scoped.SSO] with the secret, for speaking to the provider.
func (o *Scoped) SSOClient(ctx context.Context) (SSO, error) {
	row, out, err := o.sso(ctx)
	if err != nil {
		return SSO{}, err
	}
	secret, err := o.store.sealer.open(row.Sealed, ssoOwner(o.org))
	out.Secret = string(secret)
	return out, wrap(err, "open the client secret")
}

func ssoOwner(org OrgID) string { return "sso " + string(org) }

func (o *Scoped) sso(ctx context.Context) (ssoRow, SSO, error) {
	var row ssoRow
	var domains []ssoDomainRow
	err := o.read(ctx, "read single sign-on", func(tx *gorm.DB) error {
		if err := first(tx.Where("id = ?", ssoID), &row, "single sign-on"); err != nil {
			return err
		}
		return tx.Order("domain").Find(&domains).Error
	})
	out := SSO{Issuer: row.Issuer, ClientID: row.ClientID, Enforced: row.Enforced, ChangedAt: row.ChangedAt.UTC()}
	for _, d := range domains {
		out.Domains = append(out.Domains, d.Domain)
	}
	return row, out, err
}

// SetSSO sets the organization's own sign-in up, or changes it. Only who manages
// the organization may; a domain has to be that of their own confirmed address or
// one that is set already, so that nobody claims another's. Another provider is
// not enforced before an admin has come in through it.
func (o *Scoped) SetSSO(ctx context.Context, by UserID, in SetSSOInput) error {
	in.Issuer, in.ClientID, in.Secret = strings.TrimRight(strings.TrimSpace(in.Issuer), "/"), strings.TrimSpace(in.ClientID), strings.TrimSpace(in.Secret)
	domains := splitDomains(in.Domains)
	if err := in.check(domains).orNil(); err != nil {
		return err
	}
	admin, err := o.store.User(ctx, by)
	if err != nil {
		return err
	}
	return o.write(ctx, "set single sign-on", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins set single sign-on")
		}
		if err := o.putSSO(tx, in); err != nil {
			return err
		}
		if err := putDomains(tx, admin, domains); err != nil {
			return err
		}
		detail := in.Issuer + ", " + strings.Join(domains, " ")
		if in.Enforced {
			detail += ", enforced"
		}
		return record(tx, o.store.now(), by, "sso.set", ssoID, detail)
	})
}

func (in SetSSOInput) check(domains []string) (faults Errors) {
	u, err := url.Parse(in.Issuer)
	local := err == nil && u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1") // refused outside demo mode when it is dialled
	if err != nil || u.Host == "" || (u.Scheme != "https" && !local) || u.RawQuery != "" || u.Fragment != "" || u.User != nil || len(in.Issuer) > issuerMax {
		faults = append(faults, invalid("issuer", KeyIssuerInvalid))
	}
	if in.ClientID == "" || len(in.ClientID) > 500 || !storable(in.ClientID) {
		faults = append(faults, invalid("client", KeyClientEmpty))
	}
	bad := len(domains) == 0 || len(domains) > domainsMax
	for _, d := range domains {
		bad = bad || len(d) > 253 || !strings.Contains(d, ".") || !plainDomain(d) || strings.Trim(d, "abcdefghijklmnopqrstuvwxyz0123456789.-") != ""
	}
	switch {
	case bad:
		faults = append(faults, invalid("domains", KeyDomainInvalid))
	case slices.ContainsFunc(domains, sharedDomain):
		faults = append(faults, invalid("domains", KeyDomainShared))
	}
	return faults
}

func splitDomains(typed string) []string {
	out := strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	for i := range out {
		out[i] = strings.TrimPrefix(out[i], "@")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (o *Scoped) putSSO(tx *gorm.DB, in SetSSOInput) error {
	var before ssoRow
	var rows []ssoRow
	if err := forUpdate(tx).Where("id = ?", ssoID).Find(&rows).Error; err != nil {
		return err
	}
	row := ssoRow{ID: ssoID, Issuer: in.Issuer, ClientID: in.ClientID, Enforced: in.Enforced, ChangedAt: o.store.now()}
	if len(rows) > 0 {
		before, row.Sealed = rows[0], rows[0].Sealed
	}
	if in.Secret != "" {
		row.Sealed = o.store.sealer.seal([]byte(in.Secret), ssoOwner(o.org))
	}
	if len(row.Sealed) == 0 {
		return invalid("secret", KeySecretEmpty)
	}
	if same := before.Enforced && before.Issuer == row.Issuer && before.ClientID == row.ClientID; in.Enforced && !in.Proved && !same {
		return invalid("enforced", KeyEnforceFirst)
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// putDomains replaces the domains. A new one has to be the admin's own.
func putDomains(tx *gorm.DB, admin User, domains []string) error {
	var rows []ssoDomainRow
	if err := tx.Find(&rows).Error; err != nil {
		return err
	}
	_, own, _ := strings.Cut(admin.Email, "@")
	for _, d := range domains {
		known := slices.ContainsFunc(rows, func(r ssoDomainRow) bool { return r.Domain == d })
		if !known && (d != own || admin.ConfirmedAt == nil) {
			return invalid("domains", KeyDomainForeign)
		}
	}
	if err := tx.Where("domain NOT IN ?", domains).Delete(&ssoDomainRow{}).Error; err != nil {
		return err
	}
	for _, d := range domains {
		if slices.ContainsFunc(rows, func(r ssoDomainRow) bool { return r.Domain == d }) {
			continue
		}
		got := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&ssoDomainRow{Domain: d})
		if got.Error != nil {
			return got.Error
		}
		if got.RowsAffected == 0 {
			return &Error{Code: CodeTaken, Field: "domains", Key: KeyDomainTaken}
		}
	}
	return nil
}

// RemoveSSO takes the organization's own sign-in away. Its people keep their
// accounts; who has no password asks for one by mail.
func (o *Scoped) RemoveSSO(ctx context.Context, by UserID) error {
	return o.write(ctx, "remove single sign-on", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins set single sign-on")
		}
		if err := tx.Where("domain <> ''").Delete(&ssoDomainRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("id = ?", ssoID).Delete(&ssoRow{}).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "sso.remove", ssoID, "")
	})
}

// OrgByEmailDomain finds the organization in whose domains an address is;
// [CodeNotFound] when there is none.
func (s *Store) OrgByEmailDomain(ctx context.Context, email string) (Organization, error) {
	address, fault := checkEmail(email)
	if fault != nil {
		return Organization{}, fault
	}
	_, domain, _ := strings.Cut(address, "@")
	var row ssoDomainRow
	var org orgRow
	err := s.db.Knowing(ctx, KnowsEmailDomain, domain, func(tx *gorm.DB) error {
		if err := first(tx, &row, "organization"); err != nil {
			return err
		}
		return first(tx.Where("id = ?", string(row.Tenant)), &org, "organization")
	})
	return org.organization(), wrap(err, "find the organization of an address")
}

// HasDomain reports whether an address is in one of the domains.
func (s SSO) HasDomain(email string) bool {
	address, fault := checkEmail(email)
	if fault != nil {
		return false
	}
	_, domain, _ := strings.Cut(address, "@")
	return slices.Contains(s.Domains, domain)
}
