package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/glebarez/go-sqlite" // registers the driver "sqlite"
	"github.com/jackc/pgx/v5"
)

// postgres is a private server on a socket, with PostgreSQL's own settings but
// for counting what statements take.
type postgres struct {
	dir string
	cmd *exec.Cmd
}

func startPostgres(ctx context.Context, dir string) (*postgres, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		return nil, errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")
	}
	bin := found[len(found)-1]
	p := &postgres{dir: dir}
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	fresh := false
	if _, err := os.Stat(filepath.Join(dir, "data")); err != nil {
		fresh = true
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 { // PostgreSQL refuses root
		account, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.ParseUint(account.Uid, 10, 32)
		gid, _ := strconv.ParseUint(account.Gid, 10, 32)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := errors.Join(os.Chown(dir, int(uid), int(gid)), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
			return nil, err
		}
	}
	if fresh {
		initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
		initdb.SysProcAttr, initdb.Dir = attr, dir
		if out, err := initdb.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w\n%s", err, out)
		}
	}
	p.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, "data"), "-c", "listen_addresses=", "-c", "unix_socket_directories="+dir,
		"-c", "shared_preload_libraries=pg_stat_statements")
	p.cmd.SysProcAttr, p.cmd.Dir = attr, dir
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the server dies with the thread that started it
		started <- p.cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := p.exec(ctx, "postgres", "SELECT 1")
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			p.stop()
			return nil, err
		}
	}
	if !fresh {
		return p, nil
	}
	for _, text := range []string{"CREATE ROLE parley LOGIN CREATEROLE", "CREATE DATABASE parley OWNER parley"} {
		if err := p.exec(ctx, "postgres", text); err != nil {
			p.stop()
			return nil, err
		}
	}
	return p, p.exec(ctx, "parley", "CREATE EXTENSION pg_stat_statements")
}

// fresh makes an empty database, in place of one that was kept from last time.
func (p *postgres) fresh(ctx context.Context, name string) error {
	for _, text := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name + " OWNER parley"} {
		if err := p.exec(ctx, "postgres", text); err != nil {
			return err
		}
	}
	return nil
}

func (p *postgres) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	_ = p.cmd.Wait()
}

func (p *postgres) address(login string) string {
	return "postgres://" + login + "@/parley?host=" + p.dir + "&sslmode=disable"
}

func (p *postgres) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	return pgx.Connect(ctx, "postgres://postgres@/"+database+"?host="+p.dir+"&sslmode=disable")
}

func (p *postgres) exec(ctx context.Context, database, text string) error {
	conn, err := p.connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, text)
	return errors.Join(err, conn.Close(ctx))
}

// query is a statement that took long, with the plans of both databases.
type query struct {
	text             string
	calls            int64
	mean             float64 // milliseconds
	postgres, sqlite string
}

// slowest are the five statements that took longest on average while pages were
// read, with their plans.
func (p *postgres) slowest(ctx context.Context, sqliteFile string) ([]query, error) {
	conn, err := p.connect(ctx, "parley")
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT query, calls, mean_exec_time FROM pg_stat_statements
		WHERE query ILIKE 'select%' AND query NOT ILIKE '%pg_%' AND query NOT ILIKE '%goose%' AND query LIKE '%"%' AND calls > 50 ORDER BY mean_exec_time DESC LIMIT 5`)
	if err != nil {
		return nil, err
	}
	var out []query
	for rows.Next() {
		var q query
		if err := rows.Scan(&q.text, &q.calls, &q.mean); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	file, err := sql.Open("sqlite", sqliteFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for i := range out {
		out[i].postgres = postgresPlan(ctx, conn, out[i].text)
		out[i].sqlite = sqlitePlan(ctx, file, out[i].text)
	}
	return out, nil
}

// postgresPlan is the plan for a statement whatever its values are.
func postgresPlan(ctx context.Context, conn *pgx.Conn, text string) string {
	holes := 0
	for _, m := range hole.FindAllString(text, -1) {
		n, _ := strconv.Atoi(m[1:])
		holes = max(holes, n)
	}
	values := ""
	if holes > 0 {
		values = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", holes), ", ") + ")"
	}
	for _, step := range []string{"SET plan_cache_mode = force_generic_plan", "DEALLOCATE ALL", "PREPARE measured AS " + text} {
		if _, err := conn.Exec(ctx, step, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err.Error()
		}
	}
	rows, err := conn.Query(ctx, "EXPLAIN (COSTS OFF) EXECUTE measured"+values, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err.Error()
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return strings.Join(lines, "\n")
}

var hole = regexp.MustCompile(`\$\d+`)

func sqlitePlan(ctx context.Context, file *sql.DB, text string) string {
	rows, err := file.QueryContext(ctx, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(hole.ReplaceAllString(text, "NULL"), " FOR UPDATE", ""))
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var at, parent, unused int
		var line string
		if err := rows.Scan(&at, &parent, &unused, &line); err != nil {
			return err.Error()
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	return strings.Join(lines, "\n")
}
