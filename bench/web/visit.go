package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// running is a server that is being measured.
type running struct {
	url string
	cmd *exec.Cmd
	log bytes.Buffer // read it when the server has stopped
}

func serve(ctx context.Context, parley string, args []string) (*running, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	listen := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	cmd := exec.Command(parley, append(append([]string{"serve"}, args...), "--listen", listen, "--media-port", "0", "--base-url", "http://"+listen)...)
	r := &running{url: "http://" + listen, cmd: cmd}
	cmd.Stderr = &r.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if res, err := http.Get(r.url + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return r, nil
			}
		}
	}
	r.stop()
	return nil, fmt.Errorf("parley serve did not get ready: %s", r.log.String())
}

func (r *running) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	_ = r.cmd.Wait()
}

// cpu is the time that the server has worked, on all cores together.
func (r *running) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if err != nil || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// page is one kind of page and how long it took, each time.
type page struct {
	kind, path string
	times      []time.Duration
	bytes      int
}

// filesEach is how often each file is saved.
const filesEach = 5

// file says whether it is something to save, and no page.
func (p page) file() bool { return strings.HasSuffix(p.kind, ".csv") }

// quantile is a time that so many of a hundred stayed below.
func (p page) quantile(of int) time.Duration {
	if len(p.times) == 0 {
		return 0
	}
	return p.times[min(len(p.times)-1, len(p.times)*of/100)]
}

// visit has people sign in and open all pages, and gives the pages, the one with the
// slowest p95 first.
func (s settings) visit(ctx context.Context, base, owner, password string) ([]page, error) {
	people := make([]*person, s.users)
	for i := range people {
		p, err := signIn(ctx, base, owner, password)
		if err != nil {
			return nil, err
		}
		people[i] = p
	}
	pages, err := people[0].find(ctx)
	if err != nil {
		return nil, err
	}
	files := slices.Clone(pages)
	files = slices.DeleteFunc(files, func(p page) bool { return !p.file() })
	pages = slices.DeleteFunc(pages, page.file)
	fmt.Printf("%d kinds of pages, %d files\n", len(pages), len(files))
	var mu sync.Mutex
	var group sync.WaitGroup
	var faults []error
	end := time.Now().Add(s.each)
	for at, p := range people {
		group.Go(func() {
			for i := at; time.Now().Before(end) && ctx.Err() == nil; i++ {
				n := i % len(pages)
				start := time.Now()
				_, status, err := p.open(ctx, pages[n].path)
				took := time.Since(start)
				mu.Lock()
				if err != nil || status >= 400 {
					faults = append(faults, fmt.Errorf("%s: %d %w", pages[n].path, status, err))
				}
				pages[n].times = append(pages[n].times, took)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(faults) > 0 {
		return nil, fmt.Errorf("%d requests failed: %w", len(faults), faults[0])
	}
	// A file of everything is saved once in a while, and not by all at once: by one person, when the others have gone.
	for i := range files {
		for range filesEach {
			start := time.Now()
			if _, status, err := people[0].open(ctx, files[i].path); err != nil || status >= 400 {
				return nil, fmt.Errorf("%s: %d %w", files[i].path, status, err)
			}
			files[i].times = append(files[i].times, time.Since(start))
		}
	}
	pages = append(pages, files...)
	for i := range pages {
		slices.Sort(pages[i].times)
	}
	slices.SortFunc(pages, func(a, b page) int { return int(b.quantile(95) - a.quantile(95)) })
	return pages, nil
}

// person is a browser.
type person struct {
	base string
	http *http.Client
}

var field = regexp.MustCompile(`name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"`)

// newPerson is a browser without cookies.
func newPerson(base string) *person {
	jar, _ := cookiejar.New(nil) // never fails
	return &person{base: base, http: &http.Client{
		Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func signIn(ctx context.Context, base, email, password string) (*person, error) {
	p := newPerson(base)
	form, _, err := p.open(ctx, "/login")
	if err != nil {
		return nil, err
	}
	_, err = p.post("/login", form, url.Values{"email": {email}, "password": {password}})
	return p, err
}

func (p *person) open(ctx context.Context, path string) (text string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept", "text/html")
	res, err := p.http.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if to := res.Header.Get("Location"); to != "" {
		raw = append(raw, []byte(`<a href="`+html.EscapeString(to)+`">`)...)
	}
	return string(raw), res.StatusCode, err
}

var (
	link = regexp.MustCompile(`href="(/[^"#]*)`)
	id   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)
	slug = regexp.MustCompile(`^/o/[^/?]+`)
)

// find follows links, to one page of each kind: an address without its ids and
// without what stands after a question mark.
func (p *person) find(ctx context.Context) ([]page, error) {
	var out []page
	known := map[string]bool{}
	queue := []string{"/", "/home", "/join", "/signup"}
	for len(queue) > 0 && len(out) < 80 {
		path := queue[0]
		queue = queue[1:]
		bare, _, _ := strings.Cut(path, "?")
		kind := id.ReplaceAllString(slug.ReplaceAllString(bare, "/o/{org}"), "{id}")
		if known[kind] || strings.HasPrefix(bare, "/static") || strings.HasPrefix(bare, "/dev") {
			continue
		}
		known[kind] = true
		text, status, err := p.open(ctx, path)
		if err != nil {
			return nil, err
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
		if status == http.StatusOK {
			out = append(out, page{kind: kind, path: path, bytes: len(text)})
		} else if status >= 400 {
			fmt.Fprintf(os.Stderr, "%s is linked to and answers %d\n", path, status)
		}
	}
	return out, nil
}
