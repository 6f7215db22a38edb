package tenants

import (
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// TenantID is the column that says whose a row is. A model that has one,
//
//	Tenant tenants.TenantID `gorm:"column:tenant_id;primaryKey"`
//
// takes part in the first wall: each statement on it is limited to the
// organization of the transaction, rows are created in it, and without an
// organization there is no statement at all. Unscoped does not lift that.
//
// A tag `known:"room_code=code"` names the column that [DB.Knowing] compares.
type TenantID string

// QueryClauses limits reading. GORM calls it once a model.
func (TenantID) QueryClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{tenantClause{field: f, known: knownColumns(f), apply: scopeRead}}
}

// UpdateClauses limits changing.
func (TenantID) UpdateClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{tenantClause{field: f, apply: scopeUpdate}}
}

// DeleteClauses limits deleting.
func (TenantID) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{tenantClause{field: f, apply: scopeWrite}}
}

// CreateClauses puts new rows into the organization.
func (TenantID) CreateClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{tenantClause{field: f, apply: scopeCreate}}
}

// tenantClause is how GORM lets a field change the statements on its model.
type tenantClause struct {
	field *schema.Field
	known map[Capability]string // column by capability
	apply func(tenantClause, *gorm.Statement, scope) error
}

// Name is part of GORM's clause interface; the clause has no text of its own.
func (tenantClause) Name() string { return "" }

// Build is part of GORM's clause interface.
func (tenantClause) Build(clause.Builder) {}

// MergeClause is part of GORM's clause interface.
func (tenantClause) MergeClause(*clause.Clause) {}

// ModifyStatement limits the statement to the scope of its transaction, or
// makes it fail.
func (c tenantClause) ModifyStatement(stmt *gorm.Statement) {
	if err := c.apply(c, stmt, scopeOf(stmt.Context)); err != nil {
		_ = stmt.AddError(fmt.Errorf("%s: %w", stmt.Table, err))
	}
}

func scopeRead(c tenantClause, stmt *gorm.Statement, s scope) error {
	if s.tenant != "" {
		limit(stmt, c.field.DBName, string(s.tenant))
		return nil
	}
	if column, ok := c.known[s.knows]; ok && s.value != "" {
		limit(stmt, column, s.value)
		return nil
	}
	return ErrNoTenant
}

func scopeWrite(c tenantClause, stmt *gorm.Statement, s scope) error {
	if s.knows != "" {
		return ErrReadOnly
	}
	if s.tenant == "" {
		return ErrNoTenant
	}
	limit(stmt, c.field.DBName, string(s.tenant))
	return nil
}

// scopeUpdate also keeps a row from being given away.
func scopeUpdate(c tenantClause, stmt *gorm.Statement, s scope) error {
	if values, ok := stmt.Dest.(map[string]any); ok {
		for _, name := range []string{c.field.DBName, c.field.Name} {
			if v, ok := values[name]; ok && fmt.Sprint(v) != string(s.tenant) {
				return ErrForeignTenant
			}
		}
	}
	return scopeWrite(c, stmt, s)
}

func scopeCreate(c tenantClause, stmt *gorm.Statement, s scope) error {
	if s.knows != "" {
		return ErrReadOnly
	}
	if s.tenant == "" {
		return ErrNoTenant
	}
	rows := stmt.ReflectValue
	switch rows.Kind() {
	case reflect.Struct:
		return c.adopt(stmt, rows, s.tenant)
	case reflect.Slice, reflect.Array:
		for i := range rows.Len() {
			if err := c.adopt(stmt, reflect.Indirect(rows.Index(i)), s.tenant); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%w: create rows from their model, not from %s", ErrUnguarded, rows.Kind())
}

// adopt puts a new row into the organization, unless it says it is another's.
func (c tenantClause) adopt(stmt *gorm.Statement, row reflect.Value, tenant OrgID) error {
	if row.Kind() != reflect.Struct || row.Type() != c.field.Schema.ModelType {
		return fmt.Errorf("%w: create rows from their model", ErrUnguarded)
	}
	value, zero := c.field.ValueOf(stmt.Context, row)
	if !zero && value != TenantID(tenant) {
		return ErrForeignTenant
	}
	return c.field.Set(stmt.Context, row, TenantID(tenant))
}

// limit puts "column = value AND (everything asked so far)" in place of the
// statement's conditions, so that no OR among them reaches past it.
func limit(stmt *gorm.Statement, column, value string) {
	var asked []clause.Expression
	if c, ok := stmt.Clauses["WHERE"]; ok {
		if where, ok := c.Expression.(clause.Where); ok {
			asked = where.Exprs
		}
	}
	limited := stmt.Clauses["WHERE"]
	limited.Name = "WHERE"
	limited.Expression = clause.Where{Exprs: []clause.Expression{within{
		column: clause.Column{Table: clause.CurrentTable, Name: column},
		value:  value,
		asked:  asked,
	}}}
	stmt.Clauses["WHERE"] = limited
}

// within is a condition inside a limit.
type within struct {
	column clause.Column
	value  string
	asked  []clause.Expression
}

// Build writes the condition.
func (w within) Build(b clause.Builder) {
	b.WriteQuoted(w.column)
	_, _ = b.WriteString(" = ")
	b.AddVar(b, w.value)
	if len(w.asked) > 0 {
		_, _ = b.WriteString(" AND (")
		clause.Where{Exprs: w.asked}.Build(b)
		_ = b.WriteByte(')')
	}
}

// knownColumns reads the field's tag `known:"capability=column,…"`.
func knownColumns(f *schema.Field) map[Capability]string {
	out := make(map[Capability]string)
	for part := range strings.SplitSeq(f.Tag.Get("known"), ",") {
		if capability, column, ok := strings.Cut(part, "="); ok {
			out[Capability(capability)] = column
		}
	}
	return out
}
