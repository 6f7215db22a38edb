package tenants_test

import (
	"testing"

	"parley/tenants/tenantstest"
)

func TestMain(m *testing.M) { tenantstest.Main(m) }
