//go:build farmtest

package farm_test

import (
	"bytes"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// freePort returns a port of this machine that nobody listens at, and that PostgreSQL's schema of
// Temporal can hold, as 16 bits with a sign.
func freePort(t *testing.T) string {
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			listener.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return ""
}

// database starts PostgreSQL, as its own user where this one is root, with a user temporal.
func database(t *testing.T) (port string) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no PostgreSQL here: %v", err)
		}
	}
	dir, err := os.MkdirTemp("", "farmtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Skip(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir, c.SysProcAttr = dir, attr
		return c
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "temporal", "-A", "trust").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	port = freePort(t)
	c := command("postgres", "-D", data, "-k", dir, "-p", port, "-h", "127.0.0.1")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(c) })
	return port
}

// The production server of the manual: PostgreSQL below, and certificates for everybody. A suite's
// runs are those of the process; the server is killed meanwhile, and who has no certificate is
// refused.
func TestPostgres(t *testing.T) {
	long(t)
	for _, name := range []string{"server", "sql", "openssl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	l := newLab(t)
	certificates := filepath.Join(l.dir, "certificates")
	env := append(os.Environ(), "SQL_HOST=127.0.0.1", "SQL_PORT="+database(t), "SQL_USER=temporal", "SQL_PASSWORD=none")
	address := ""
	for _, service := range []string{"FRONTEND", "MATCHING", "HISTORY", "WORKER"} {
		port := freePort(t)
		if service == "FRONTEND" {
			address = "127.0.0.1:" + port
			env = append(env, service+"_HTTP_PORT="+freePort(t))
		}
		env = append(env, service+"_GRPC_PORT="+port, service+"_MEMBERSHIP_PORT="+freePort(t))
	}
	var log bytes.Buffer
	start := func() *exec.Cmd {
		c := exec.Command("./server.sh", certificates)
		c.Env, c.Stdout, c.Stderr = env, &log, &log
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { end(c) })
		return c
	}
	server := start()
	l.address = address
	l.env = []string{"TEMPORAL_NAMESPACE=tsp"}
	for name, file := range map[string]string{"SERVER_CA_CERT_PATH": "ca.pem", "CLIENT_CERT_PATH": "me.pem", "CLIENT_KEY_PATH": "me.key"} {
		l.env = append(l.env, "TEMPORAL_TLS_"+name+"="+filepath.Join(certificates, file))
	}
	for start := time.Now(); ; time.Sleep(time.Second) {
		out, err := l.command("bench", "status").CombinedOutput()
		if err == nil {
			break
		}
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("%v: %s\nthe server: %s", err, out, log.String())
		}
	}
	c, out := l.beside(2)
	time.Sleep(2 * time.Second)
	end(server)
	start()
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s\nthe server: %s", err, out.String(), log.String())
	}
	t.Logf("%s", out.String())
	l.same("far.jsonl", "near.jsonl", 8)
	if runs, most := l.blobsOf(); runs != 8 || most != 1 {
		t.Errorf("%d runs left records, up to %d each, want 8 with 1", runs, most)
	}
	l.env = l.env[:1]
	text, err := l.command("worker").CombinedOutput()
	if err == nil || !bytes.Contains(text, []byte("no Temporal server answers at "+address)) || bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("without a certificate: %v: %s", err, text)
	}
}
