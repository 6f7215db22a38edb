package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composeService is what this test reads of a service in compose.yaml.
type composeService struct {
	Image       string
	Command     []string
	Ports       []string
	Environment map[string]string
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return string(raw)
}

// ours are the services of compose.yaml that run Parley, with the answers that somebody gives who sets nothing but a password.
func ours(t *testing.T) map[string]composeService {
	t.Helper()
	var file struct{ Services map[string]composeService }
	if err := yaml.Unmarshal([]byte(readFile(t, "compose.yaml")), &file); err != nil {
		t.Fatalf("read compose.yaml: %v", err)
	}
	found := map[string]composeService{}
	for name, service := range file.Services {
		if service.Image != "parley" {
			continue
		}
		for key, value := range service.Environment {
			service.Environment[key] = interpolate(value)
		}
		found[name] = service
	}
	if len(found) == 0 {
		t.Fatal("compose.yaml runs no Parley")
	}
	return found
}

var hole = regexp.MustCompile(`\$\{[A-Z_]+(?::([-?])([^}]*))?\}`)

// interpolate fills ${NAME:-default} with its default, and ${NAME:?why} with something.
func interpolate(value string) string {
	return hole.ReplaceAllStringFunc(value, func(found string) string {
		if part := hole.FindStringSubmatch(found); part[1] == "-" {
			return part[2]
		}
		return "given"
	})
}

// imageEnv are the variables that the image sets.
func imageEnv(t *testing.T) map[string]string {
	t.Helper()
	set := map[string]string{}
	for _, pair := range regexp.MustCompile(`(PARLEY_[A-Z_]+)=(\S+)`).FindAllStringSubmatch(readFile(t, "Dockerfile"), -1) {
		set[pair[1]] = pair[2]
	}
	if len(set) == 0 {
		t.Fatal("the image sets no variables")
	}
	return set
}

func variables() map[string]*flag.Flag {
	known := map[string]*flag.Flag{}
	new(Config).flags("any").VisitAll(func(f *flag.Flag) {
		known["PARLEY_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))] = f
	})
	return known
}

func isCommand(name string) bool {
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == name })
}

func TestImageAndComposeSetOnlyWhatParleyKnows(t *testing.T) {
	known := variables()
	check := func(where string, env map[string]string) {
		for name := range env {
			if known[name] == nil {
				t.Errorf("%s sets %s, which is no setting of Parley", where, name)
			}
		}
	}
	check("Dockerfile", imageEnv(t))
	for name, service := range ours(t) {
		check("compose.yaml, service "+name, service.Environment)
	}
}

func TestImageRunsCommandsThatExist(t *testing.T) {
	docker := readFile(t, "Dockerfile")
	for _, want := range []string{`ENTRYPOINT \["/parley"\]`, `CMD \["([a-z]+)"\]`, `HEALTHCHECK .*CMD \["/parley", "([a-z]+)"\]`} {
		found := regexp.MustCompile(`(?m)` + want).FindStringSubmatch(docker)
		if found == nil {
			t.Fatalf("Dockerfile has no line like %s", want)
		}
		if len(found) > 1 && !isCommand(found[1]) {
			t.Errorf("the image runs parley %s, which does not exist", found[1])
		}
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]`).MatchString(docker) {
		t.Error("the image runs as root")
	}
}

func TestComposeStartsWithNothingButAPassword(t *testing.T) {
	for name, service := range ours(t) {
		t.Run(name, func(t *testing.T) {
			env := imageEnv(t)
			maps.Copy(env, service.Environment)
			for key, value := range env {
				t.Setenv(key, value)
			}
			if len(service.Command) == 0 || !isCommand(service.Command[0]) {
				t.Fatalf("command %v is none of Parley's", service.Command)
			}
			args := service.Command[1:]
			if service.Command[0] == "media" {
				args = append([]string{"--billing", "off"}, args...) // as runMedia does
			}
			cfg, rest, err := parseConfig(service.Command[0], args, &bytes.Buffer{}, nil)
			if err != nil || len(rest) > 0 {
				t.Fatalf("parley %v: rest %v, %v", service.Command, rest, err)
			}
			if err := cfg.faults(); err != nil {
				t.Errorf("parley %v would not start:\n%v", service.Command, err)
			}
			wantPorts(t, service, cfg)
		})
	}
}

// wantPorts checks that what compose publishes is where this service listens.
func wantPorts(t *testing.T, service composeService, cfg Config) {
	t.Helper()
	_, web, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		t.Fatalf("listen address %q: %v", cfg.Listen, err)
	}
	media := strconv.Itoa(cfg.MediaPort)
	want := []string{":" + web}
	if service.Command[0] == "media" {
		relay := strconv.Itoa(cfg.TURNPort)
		want = []string{":" + media + "/udp", ":" + media + "/tcp", ":" + relay + "/udp", ":" + relay + "/tcp"}
	}
	for _, end := range want {
		if !slices.ContainsFunc(service.Ports, func(p string) bool { return strings.HasSuffix(p, end) }) {
			t.Errorf("ports %v do not reach %s", service.Ports, end)
		}
	}
}

func TestImageExposesThePortsItListensOn(t *testing.T) {
	env := imageEnv(t)
	_, web, err := net.SplitHostPort(env["PARLEY_LISTEN"])
	if err != nil {
		t.Fatalf("PARLEY_LISTEN of the image: %v", err)
	}
	media := env["PARLEY_MEDIA_PORT"]
	want := fmt.Sprintf("EXPOSE %s/tcp %s/udp %s/tcp", web, media, media)
	if !strings.Contains(readFile(t, "Dockerfile"), want) {
		t.Errorf("Dockerfile has no line %q", want)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	page := readFile(t, "docs/configuration.md")
	for name, f := range variables() {
		row := regexp.MustCompile("(?m)^\\| `--" + regexp.QuoteMeta(f.Name) + "` \\| `" + name + "` \\| ([^|]*) \\|").FindStringSubmatch(page)
		if row == nil {
			t.Errorf("docs/configuration.md has no row for --%s (%s)", f.Name, name)
			continue
		}
		if shown := strings.Trim(row[1], "` "); shown != f.DefValue && (f.DefValue != "" || shown != "–") {
			t.Errorf("docs/configuration.md gives %q as the default of --%s, the program %q", shown, f.Name, f.DefValue)
		}
	}
}
