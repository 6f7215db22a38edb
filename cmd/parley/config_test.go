package main

import (
	"bytes"
	"strings"
	"testing"
)

func parse(t *testing.T, args ...string) Config {
	t.Helper()
	cfg, _, err := parseConfig("serve", args, &bytes.Buffer{}, nil)
	if err != nil {
		t.Fatalf("parse %v: %v", args, err)
	}
	return cfg
}

func TestEveryFaultIsListedAtOnceWithItsMend(t *testing.T) {
	cfg := parse(t, "--listen", "nowhere", "--media-port", "99999", "--node-ip", "here", "--secret", "short", "--stripe-key", "sk_test_1", "--log-format", "xml")
	err := cfg.faults()
	if err == nil {
		t.Fatal("a broken configuration was accepted")
	}
	for _, want := range []string{"--listen", "--media-port", "--node-ip", "--secret", "--stripe-key is a test key", "--stripe-webhook-secret is empty", "--log-format"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("faults do not name %q:\n%v", want, err)
		}
	}
}

func TestFaultsOfTheWaysIn(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string // empty: none
	}{
		"nothing":                        {nil, ""},
		"two addresses":                  {[]string{"--node-ip", "203.0.113.7/10.0.0.5,2001:db8::7"}, ""},
		"half an address":                {[]string{"--node-ip", "203.0.113.7/"}, "--node-ip"},
		"STUN":                           {[]string{"--stun", "stun.example.org:3478"}, ""},
		"STUN without a port":            {[]string{"--stun", "stun.example.org"}, "--stun"},
		"STUN beside an address":         {[]string{"--stun", "stun.example.org:3478", "--node-ip", "203.0.113.7"}, "leave one of them out"},
		"TURN":                           {[]string{"--turn-port", "3478"}, ""},
		"TURN on the media port":         {[]string{"--turn-port", "7882"}, "each needs its own"},
		"TURN on no port":                {[]string{"--turn-port", "70000"}, "--turn-port"},
		"TURN twice on one port":         {[]string{"--turn-port", "443", "--turn-tls-port", "443", "--demo"}, "each needs its own"},
		"TLS":                            {[]string{"--turn-tls-port", "443", "--turn-host", "t.example.org", "--turn-cert", "c", "--turn-key", "k"}, ""},
		"TLS without a name":             {[]string{"--turn-tls-port", "443", "--turn-cert", "c", "--turn-key", "k"}, "--turn-host"},
		"TLS without a certificate":      {[]string{"--turn-tls-port", "443", "--turn-host", "t.example.org"}, "--turn-cert"},
		"TLS in demo mode":               {[]string{"--turn-tls-port", "5349", "--demo"}, ""},
		"servers elsewhere":              {[]string{"--turn-servers", "turns:t.example.org:443?transport=tcp", "--turn-secret", "s"}, ""},
		"servers without a secret":       {[]string{"--turn-servers", "turn:t.example.org"}, "--turn-secret"},
		"a secret without servers":       {[]string{"--turn-secret", "s"}, "--turn-servers"},
		"a web site as a server":         {[]string{"--turn-servers", "https://t.example.org", "--turn-secret", "s"}, "--turn-servers"},
		"a STUN server as a TURN server": {[]string{"--turn-servers", "stun:t.example.org", "--turn-secret", "s"}, "--turn-servers"},
	} {
		t.Run(name, func(t *testing.T) {
			err := parse(t, append([]string{"--billing", "off"}, tt.args...)...).faults()
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("faults = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestBillingRefusesPlayMoneyInAService(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		ok   bool
	}{
		"demo needs no keys":            {[]string{"--demo"}, true},
		"demo takes test keys":          {[]string{"--demo", "--stripe-key", "sk_test_1", "--stripe-webhook-secret", "whsec_1"}, true},
		"demo refuses a live key":       {[]string{"--demo", "--stripe-key", "sk_live_1"}, false},
		"live without keys":             {nil, false},
		"live with a test key":          {[]string{"--stripe-key", "sk_test_1", "--stripe-webhook-secret", "whsec_1"}, false},
		"live without a webhook secret": {[]string{"--stripe-key", "sk_live_1"}, false},
		"live with both":                {[]string{"--stripe-key", "sk_live_1", "--stripe-webhook-secret", "whsec_1"}, true},
		"no sales needs no keys":        {[]string{"--billing", "off"}, true},
		"billing of a kind not known":   {[]string{"--billing", "paypal"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := parse(t, tt.args...).faults()
			if (err == nil) != tt.ok {
				t.Errorf("faults = %v, want ok = %v", err, tt.ok)
			}
		})
	}
}

func TestEnvironmentStandsBehindFlags(t *testing.T) {
	t.Setenv("PARLEY_MEDIA_PORT", "7000")
	t.Setenv("PARLEY_LISTEN", "127.0.0.1:9000")
	cfg := parse(t, "--listen", "127.0.0.1:9001")
	if cfg.MediaPort != 7000 || cfg.Listen != "127.0.0.1:9001" {
		t.Errorf("media port %d and listen %q, want 7000 from the environment and 127.0.0.1:9001 from the flag", cfg.MediaPort, cfg.Listen)
	}
	if cfg.BaseURL != "http://localhost:9001" {
		t.Errorf("base URL %q does not follow the port", cfg.BaseURL)
	}
}

func TestSecretIsMadeOnceAndKept(t *testing.T) {
	cfg := parse(t, "--data", t.TempDir())
	first, err := cfg.secret()
	if err != nil {
		t.Fatal(err)
	}
	again, err := cfg.secret()
	if err != nil || again != first {
		t.Errorf("the second start has another secret (err %v): sealed keys would be lost", err)
	}
}
