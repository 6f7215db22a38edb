package sfu

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestPlan(t *testing.T) {
	for name, test := range map[string]struct {
		ips                 string // with commas
		bind, pairs, hosts  string
		used, unused, wrong string
	}{
		"the machine's own":               {ips: "127.0.0.1", bind: "127.0.0.1", hosts: "127.0.0.1", used: "127.0.0.1", unused: "10.0.0.1"},
		"in another form":                 {ips: "::ffff:127.0.0.1", bind: "127.0.0.1", hosts: "127.0.0.1", used: "127.0.0.1"},
		"one of elsewhere":                {ips: "203.0.113.7", bind: "0.0.0.0", pairs: "203.0.113.7", hosts: "203.0.113.7", used: "127.0.0.1", unused: "10.0.0.1"},
		"one of elsewhere, IPv6":          {ips: "2001:db8::7", bind: "::", pairs: "2001:db8::7", hosts: "2001:db8::7", used: "::1", unused: "127.0.0.1"},
		"both families from elsewhere":    {ips: "203.0.113.7,2001:db8::7", bind: "0.0.0.0,::", pairs: "203.0.113.7,2001:db8::7", hosts: "203.0.113.7,2001:db8::7", used: "::1"},
		"elsewhere, and where it leads":   {ips: "203.0.113.7/127.0.0.1", bind: "127.0.0.1", pairs: "203.0.113.7/127.0.0.1", hosts: "203.0.113.7", used: "127.0.0.1", unused: "10.0.0.1"},
		"loopback outside of a container": {ips: "127.0.0.1/0.0.0.0", bind: "0.0.0.0", pairs: "127.0.0.1", hosts: "127.0.0.1", used: "127.0.0.1", unused: "10.0.0.1"},
		"a family each way":               {ips: "127.0.0.1,2001:db8::7", bind: "127.0.0.1,::", pairs: "2001:db8::7", hosts: "127.0.0.1,2001:db8::7", used: "127.0.0.1"},
		"no address":                      {ips: "localhost", wrong: "not an IP address"},
		"nothing":                         {ips: "", wrong: "not an IP address"},
		"two of elsewhere":                {ips: "203.0.113.7,203.0.113.8", wrong: "each with the address it leads to"},
		"one twice":                       {ips: "127.0.0.1,127.0.0.1", wrong: "twice"},
		"one of elsewhere, twice":         {ips: "203.0.113.7/127.0.0.1,203.0.113.8/127.0.0.1", wrong: "twice"},
		"elsewhere beside its own":        {ips: "127.0.0.1,203.0.113.7", wrong: "cannot stand beside"},
		"that leads elsewhere":            {ips: "203.0.113.7/203.0.113.8", wrong: "not an address of this machine"},
		"that leads nowhere":              {ips: "203.0.113.7/", wrong: "not an address of this machine"},
		"that changes family":             {ips: "2001:db8::7/127.0.0.1", wrong: "mixes"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := planAddresses(strings.Split(test.ips, ","))
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("error %v, want one that says %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var bind []string
			for _, ip := range plan.bind() {
				bind = append(bind, ip.String())
			}
			for what, pair := range map[string][2]string{
				"bind": {strings.Join(bind, ","), test.bind}, "translations": {strings.Join(plan.translations(), ","), test.pairs},
				"hosts": {strings.Join(plan.hosts(), ","), test.hosts},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s %q, want %q", what, pair[0], pair[1])
				}
			}
			if !plan.uses(net.ParseIP(test.used)) || (test.unused != "" && plan.uses(net.ParseIP(test.unused))) {
				t.Errorf("uses %s: %v, %s: %v", test.used, plan.uses(net.ParseIP(test.used)), test.unused, plan.uses(net.ParseIP(test.unused)))
			}
		})
	}
}

func TestPlanOfAMachineThatIsNotAsked(t *testing.T) {
	plan, err := planAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	local, err := localIPs()
	if err != nil || len(plan) != len(local) || plan.translations() != nil {
		t.Errorf("plan %v of the addresses %v, %v", plan, local, err)
	}
	outside := slices.IndexFunc(local, func(ip netip.Addr) bool { return ip.Is4() && !ip.IsLoopback() })
	if outside >= 0 && plan.hosts()[0] == "127.0.0.1" {
		t.Error("others are told of loopback, though there is a better address")
	}
}
