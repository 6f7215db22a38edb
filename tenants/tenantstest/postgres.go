package tenantstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/migrations"
)

// server is the process's one private cluster. It is the only state of this
// package, as a process has one TestMain.
var server struct {
	sync.Mutex
	managed bool // Main will stop it
	cluster *cluster
	err     error
}

// Main is a TestMain that stops the private PostgreSQL, if a test started it.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is [Main] for a TestMain that has more to do: it gives the exit code
// instead of exiting.
func Run(m *testing.M) int {
	server.Lock()
	server.managed = true
	server.Unlock()
	code := m.Run()
	server.Lock()
	defer server.Unlock()
	if server.cluster == nil {
		return code
	}
	if err := server.cluster.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "tenantstest: stop PostgreSQL:", err)
		return max(code, 1)
	}
	return code
}

// PostgresURL makes a new database with all migrations, and gives its address.
// It is gone when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	c, err := running()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name := fmt.Sprintf("test_%d", c.made.Add(1))
	if err := c.exec("CREATE DATABASE " + name + " TEMPLATE " + template + " OWNER " + login); err != nil {
		t.Fatalf("PostgreSQL for tests: make a database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("PostgreSQL for tests: drop a database: %v", err)
		}
	})
	return c.address(login, name)
}

// running starts the cluster when the first test asks for it.
func running() (*cluster, error) {
	server.Lock()
	defer server.Unlock()
	if !server.managed {
		return nil, errors.New("the package needs: func TestMain(m *testing.M) { tenantstest.Main(m) }")
	}
	if server.cluster == nil && server.err == nil {
		server.cluster, server.err = start()
	}
	return server.cluster, server.err
}

const (
	superuser = "postgres"
	login     = "parley" // owns the databases and, like a careful installation's, is no superuser
	template  = "parley_template"
	patience  = 60 * time.Second
)

// cluster is a PostgreSQL that listens on a socket in a folder of its own.
type cluster struct {
	dir     string
	bin     string
	account *syscall.Credential // nil = our own
	stopped chan error
	process *os.Process
	made    atomic.Int64
}

func start() (*cluster, error) {
	bin, err := findPostgres("/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, stopped: make(chan error, 1)}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err := c.launch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err := c.fill(); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// findPostgres looks where Debian puts it, newest first, then in PATH.
func findPostgres(folders string) (string, error) {
	found, _ := filepath.Glob(filepath.Join(folders, "initdb"))
	best, version := "", -1
	for _, path := range found {
		dir := filepath.Dir(path)
		if n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir))); err == nil && n > version {
			best, version = dir, n
		}
	}
	if best != "" {
		return best, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(target), nil
		}
	}
	return "", fmt.Errorf("initdb is neither in %s nor in PATH: install PostgreSQL 15 or newer (Debian: apt-get install postgresql)", folders)
}

// prepare makes the data folder, as the account that the server will run as:
// PostgreSQL refuses root.
func (c *cluster) prepare() error {
	dir, err := os.MkdirTemp("", "parley-pg-")
	if err != nil {
		return err
	}
	c.dir = dir
	if os.Geteuid() == 0 {
		if err := c.borrowAccount(); err != nil {
			return err
		}
	}
	initdb := c.command("initdb", "-D", c.data(), "-U", superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (c *cluster) borrowAccount() error {
	account, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return err
	}
	c.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.dir, int(uid), int(gid))
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	// The kernel stops it with us, whatever ends us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// launch starts the server and waits until it answers.
func (c *cluster) launch() error {
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	cmd := c.command("postgres", "-D", c.data(), "-F",
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+c.dir,
		"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	cmd.Stdout, cmd.Stderr = log, log
	started := make(chan error)
	go func() {
		// Pdeathsig follows the thread that starts the server: keep it.
		runtime.LockOSThread()
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.stopped <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	c.process = cmd.Process
	return c.await()
}

func (c *cluster) await() error {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := c.exec("SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case died := <-c.stopped:
			return fmt.Errorf("postgres ended at once: %w\n%s", died, c.log())
		default:
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("postgres does not answer: %w\n%s", err, c.log()), c.stop())
		}
	}
}

func (c *cluster) log() []byte {
	out, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	return out
}

// fill makes the login and the template that tests' databases are copied from.
func (c *cluster) fill() error {
	for _, sql := range []string{
		"CREATE ROLE " + login + " LOGIN CREATEDB CREATEROLE",
		"CREATE DATABASE " + template + " OWNER " + login,
	} {
		if err := c.exec(sql); err != nil {
			return err
		}
	}
	// Schema public belongs to the database's owner; nothing else is granted.
	return migrations.Up(context.Background(), c.address(login, template))
}

func (c *cluster) address(user, database string) string {
	return "postgres://" + user + "@/" + database + "?host=" + c.dir + "&sslmode=disable"
}

func (c *cluster) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.address(superuser, "postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// stop ends the server at once: nothing in it is worth a checkpoint.
func (c *cluster) stop() error {
	err := c.process.Signal(syscall.SIGQUIT)
	select {
	case <-c.stopped: //nolint:errcheck // how it died does not matter, as long as it is dead
	case <-time.After(patience):
		err = errors.Join(err, errors.New("postgres did not stop"), c.process.Kill())
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}
