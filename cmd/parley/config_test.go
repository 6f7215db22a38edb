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
