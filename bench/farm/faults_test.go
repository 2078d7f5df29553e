//go:build farmtest

package farm_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	rand2 "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// faulty answers like a store that has a bad day: errors, delays, answers that are cut.
type faulty struct {
	http.Handler
	mu                     sync.Mutex
	rng                    *rand2.Rand
	errors, delays, halves int
	healthy                bool
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	dice := f.rng.IntN(10)
	if f.healthy || strings.Contains(r.URL.Path, "/probe/") { // what is wrong from the start is another matter
		dice = 9
	}
	switch {
	case dice < 3:
		f.errors++
	case dice < 5:
		f.delays++
	case dice < 7 && r.Method == http.MethodGet:
		f.halves++
	}
	f.mu.Unlock()
	switch {
	case dice < 3:
		http.Error(w, "a bad day", http.StatusServiceUnavailable)
		return
	case dice < 5:
		time.Sleep(time.Second)
	case dice < 7 && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/in/"):
		whole := httptest.NewRecorder()
		f.Handler.ServeHTTP(whole, r)
		for k, v := range whole.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(whole.Code)
		w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		return
	}
	f.Handler.ServeHTTP(w, r)
}

// S3, with failures, delays and cut answers: every run is there once, and those of the process.
func TestFaultyStore(t *testing.T) {
	l := newLab(t)
	backend := s3mem.New()
	if err := backend.CreateBucket("farm"); err != nil {
		t.Fatal(err)
	}
	f := &faulty{Handler: gofakes3.New(backend).Server(), rng: rand2.New(rand2.NewPCG(1, 2))}
	server := httptest.NewServer(f)
	defer server.Close()
	l.instances(3, 200)
	l.must(suite("near.jsonl", 2, "--actions", "50000")...)
	l.env = []string{"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_EC2_METADATA_DISABLED=true"}
	l.blobs = "s3://farm?region=us-east-1&use_path_style=true&endpoint=" + server.URL
	w := l.worker()
	time.Sleep(2 * time.Second)
	for start := time.Now(); ; time.Sleep(time.Second) {
		out, err := l.command(append(suite("far.jsonl", 2, "--actions", "50000"), far...)...).CombinedOutput()
		if err == nil {
			break
		}
		if !strings.Contains(string(out), "no worker") || time.Since(start) > time.Minute {
			t.Fatalf("%v: %s", err, out)
		}
	}
	l.same("far.jsonl", "near.jsonl", 6)
	f.mu.Lock()
	t.Logf("%d errors, %d delays, %d cut answers", f.errors, f.delays, f.halves)
	if f.errors == 0 || f.delays == 0 {
		t.Error("the store had no bad day")
	}
	f.mu.Unlock()
	end(w)
}

// A store that takes nothing is one clear line, for client and worker.
func TestUselessStore(t *testing.T) {
	l := newLab(t)
	l.instances(1, 50)
	l.blobs = "file:///nowhere/at/all"
	for _, args := range [][]string{append(suite("far.jsonl", 1, "--actions", "100"), far...), {"worker"}} {
		out, err := l.command(args...).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("there is no folder /nowhere/at/all")) || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%v: %s", err, out)
		}
	}
}

// A store on a disk that is full: who comes then is told in one line, who is at work says so and
// goes on when there is room again, with the runs of the process, each once.
func TestFullDisk(t *testing.T) {
	l := newLab(t)
	blobs := filepath.Join(l.dir, "blobs")
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "farmtest", blobs).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here: %v: %s", err, out)
	}
	defer exec.Command("umount", "--lazy", blobs).Run()
	c, out := l.beside(1)
	l.until("there is a record", func() bool { runs, _ := l.blobsOf(); return runs > 0 })
	ballast := filepath.Join(blobs, "ballast")
	if f, err := os.Create(ballast); err != nil {
		t.Fatal(err)
	} else if _, err := io.Copy(f, rand.Reader); err == nil || f.Close() != nil {
		t.Fatal("the disk does not become full")
	}
	told := func(text string) func() bool {
		return func() bool {
			return bytes.Contains(l.read("workers.log"), []byte(text))
		}
	}
	l.until("the worker warns", told("the disk is full; make room; trying again"))
	for _, args := range [][]string{append(suite("other.jsonl", 1, "--actions", "100"), far...), {"worker"}} {
		out, err := l.command(args...).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("the disk is full; make room")) || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%v: %s", err, out)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	if !told("works again")() {
		t.Error("the worker does not tell that the store works again")
	}
	l.same("far.jsonl", "near.jsonl", 8)
	if runs, most := l.blobsOf(); runs != 8 || most != 1 {
		t.Errorf("%d runs left records, up to %d each, want 8 with 1", runs, most)
	}
}

// certificate makes a certificate of the authority, or one that signs itself where there is none.
func certificate(t *testing.T, dir, name string, from *tls.Certificate, until time.Time) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: from == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	parent, signer := c, any(key)
	if from != nil {
		parent, signer = from.Leaf, from.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	secret := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text})
	for suffix, data := range map[string][]byte{".pem": cert, ".key": secret} {
		if err := os.WriteFile(filepath.Join(dir, name+suffix), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(cert, secret)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// Mutual TLS in front of the server: the right certificate works; a foreign one, an expired one and
// none are refused with one line.
func TestMutualTLS(t *testing.T) {
	l := newLab(t)
	l.instances(1, 50)
	later := time.Now().Add(time.Hour)
	ca := certificate(t, l.dir, "ca", nil, later)
	server := certificate(t, l.dir, "server", &ca, later)
	certificate(t, l.dir, "good", &ca, later)
	certificate(t, l.dir, "expired", &ca, time.Now().Add(-time.Hour))
	foreign := certificate(t, l.dir, "foreignca", nil, later)
	certificate(t, l.dir, "foreign", &foreign, later)
	pool := x509.NewCertPool()
	pool.AddCert(ca.Leaf)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go relay(listener, l.address)
	l.address = listener.Addr().String()
	with := func(name string) []string {
		return []string{"TEMPORAL_TLS_SERVER_CA_CERT_PATH=" + filepath.Join(l.dir, "ca.pem"), "TEMPORAL_TLS_CLIENT_CERT_PATH=" + filepath.Join(l.dir, name+".pem"),
			"TEMPORAL_TLS_CLIENT_KEY_PATH=" + filepath.Join(l.dir, name+".key"), "TEMPORAL_TLS_SERVER_NAME=localhost"}
	}
	for _, env := range [][]string{with("expired"), with("foreign"), nil} {
		l.env = env
		out, err := l.command("worker").CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("no Temporal server answers at "+l.address)) || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%v: %v: %s", env, err, out)
		}
		t.Logf("%s", out)
	}
	l.env = with("good")
	l.worker()
	l.ready()
	t.Log(l.must(append(suite("far.jsonl", 1, "--actions", "1000"), far...)...))
}

// relay passes connections on to another address until the listener is closed.
func relay(listener net.Listener, to string) {
	for {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			up, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			defer up.Close()
			go io.Copy(up, c)
			io.Copy(c, up)
		}()
	}
}

// A worker is cut off in a network of its own, another takes over, the first comes back: one
// record.
func TestCutOff(t *testing.T) {
	long(t)
	l := newLab(t)
	l.instances(1, 200)
	const space, outside, inside = "tspfarm", "tspfarm0", "tspfarm1"
	ip := func(args ...string) error { return exec.Command("ip", args...).Run() }
	ip("netns", "delete", space) // of a test that was killed
	for _, args := range []string{"netns add " + space, "link add " + outside + " type veth peer name " + inside + " netns " + space,
		"addr add 10.213.77.1/24 dev " + outside, "link set " + outside + " up",
		"-n " + space + " addr add 10.213.77.2/24 dev " + inside, "-n " + space + " link set " + inside + " up"} {
		if err := ip(strings.Fields(args)...); err != nil {
			ip("netns", "delete", space)
			t.Skipf("no network namespaces here: ip %s: %v", args, err)
		}
	}
	defer ip("netns", "delete", space)
	// A server gives work to workers of earlier tests that were waiting for it when they were killed,
	// unless it has seen their connections end: through the relay it does not.
	end(shared.server)
	l.startServer()
	listener, err := net.Listen("tcp", "10.213.77.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	server := l.address
	go relay(listener, server)
	l.address = listener.Addr().String()
	program := l.program
	l.program = "ip"
	w := l.process("netns", "exec", space, program, "worker", "--slots", "1")
	l.program, l.address = program, server
	l.ready()
	c := l.command(append(suite("far.jsonl", 1, "--time", "20s"), far...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.searches(w)
	if err := ip("link", "set", outside, "down"); err != nil {
		t.Fatal(err)
	}
	l.worker()
	time.Sleep(10 * time.Second)
	if err := ip("link", "set", outside, "up"); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	all := l.records("far.jsonl")
	if len(all) != 1 {
		t.Errorf("%d records, want 1", len(all))
	}
	for key, e := range all {
		if e.Attempt != 2 {
			t.Errorf("%s ended at attempt %d, want 2", key, e.Attempt)
		}
	}
	runs, most := l.blobsOf()
	t.Logf("%d run, %d records in the bucket", runs, most)
}
