package farm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"tspmcts/tsp/tsptest"
)

// folder returns a bucket in a folder below another, in which nothing else is.
func folder(t *testing.T) (*blobStore, string) {
	above := t.TempDir()
	if err := os.Mkdir(filepath.Join(above, "blobs"), 0o777); err != nil {
		t.Fatal(err)
	}
	return tsptest.Must(openBlobs(context.Background(), "file://"+filepath.Join(above, "blobs"), t.Logf)), above
}

// TestNames pins that a name from the wire is no file but a blob's: what is none is refused at
// once, whatever is asked for.
func TestNames(t *testing.T) {
	ctx := context.Background()
	b, above := folder(t)
	const good = "rec/0a-B.c/1"
	if err := b.put(ctx, good, []byte("1")); err != nil {
		t.Error(err)
	}
	if data, err := b.read(ctx, good, 10); err != nil || string(data) != "1" {
		t.Errorf("%q, %v", data, err)
	}
	for _, name := range []string{"", ".", "..", "../x", "rec/../../x", "rec/..", "/x", "x/", "x//y", "x/./y", ".x", "x y", `x\y`, "x\x00", "é"} {
		_, read := b.read(ctx, name, 10)
		_, got := b.getContent(ctx, name, "", 10)
		_, listed := b.list(ctx, name+"/")
		for what, err := range map[string]error{"put": b.put(ctx, name, nil), "read": read, "get": got, "list": listed, "remove": b.remove(ctx, name)} {
			if !errors.Is(err, errName) {
				t.Errorf("%s of %q: %v", what, name, err)
			}
		}
	}
	if files := tsptest.Must(os.ReadDir(above)); len(files) != 1 {
		t.Errorf("beside the folder there is more: %v", files)
	}
}

// completed is a server that is told of activities' ends.
type completed struct {
	client.Client
	failure error
}

func (c *completed) CompleteActivity(_ context.Context, _ []byte, _ any, err error) error {
	c.failure = err
	return nil
}

// TestMissingInputs pins that work whose inputs are not there is tried again, and that a worker says so,
// once.
func TestMissingInputs(t *testing.T) {
	var tests testsuite.WorkflowTestSuite
	blobs, _ := folder(t)
	server, said := &completed{}, 0
	w := &worker{farm: &Farm{client: server, blobs: blobs, warn: func(format string, args ...any) {
		if said++; !strings.Contains(fmt.Sprintf(format, args...), "--blobs") {
			t.Errorf(format, args...)
		}
	}}}
	none := digest([]byte("none"))
	for range 2 {
		e := tests.NewTestActivityEnvironment()
		e.RegisterActivity(w)
		e.ExecuteActivity(w.RunBlock, blockTask{Suite: "0", Block: none})
		e.ExecuteActivity(w.Search, searchTask{Spec: none})
	}
	var failed *temporal.ApplicationError
	if server.failure == nil || errors.As(server.failure, &failed) && failed.NonRetryable() || said != 1 {
		t.Errorf("it failed with %v, and the worker said so %d times", server.failure, said)
	}
}

// TestForeignTasks pins that work whose names are no blobs' fails once and for all, before anything
// is read or written.
func TestForeignTasks(t *testing.T) {
	var tests testsuite.WorkflowTestSuite
	for _, bad := range []string{"../../x", "..", ""} {
		blobs, above := folder(t)
		server := &completed{}
		w := &worker{farm: &Farm{client: server, blobs: blobs, warn: t.Logf}}
		for what, do := range map[string]func(*testsuite.TestActivityEnvironment) error{
			"suite": func(e *testsuite.TestActivityEnvironment) error {
				_, err := e.ExecuteActivity(w.RunBlock, blockTask{Suite: bad, Block: "0"})
				return err
			},
			"block": func(e *testsuite.TestActivityEnvironment) error {
				_, err := e.ExecuteActivity(w.RunBlock, blockTask{Suite: "0", Block: bad})
				return err
			},
			"search": func(e *testsuite.TestActivityEnvironment) error {
				_, err := e.ExecuteActivity(w.Search, searchTask{Spec: bad})
				return err
			},
		} {
			e := tests.NewTestActivityEnvironment()
			e.RegisterActivity(w)
			do(e)
			var failed *temporal.ApplicationError
			if !errors.As(server.failure, &failed) || failed.Type() != failedRun || !failed.NonRetryable() {
				t.Errorf("a %s %q: %v", what, bad, server.failure)
			}
			server.failure = nil
		}
		if files := tsptest.Must(filepath.Glob(filepath.Join(above, "*"))); len(files) != 1 {
			t.Errorf("beside the folder there is more: %v", files)
		}
	}
}

// TestSecrets pins that a bucket which cannot be opened is told of without what may be secret in its
// URL, and that file URLs which name no folder, or have parameters, are refused.
func TestSecrets(t *testing.T) {
	for _, address := range []string{"ftp://user:SECRET@host/x?k=SECRET", "s3://bucket?region=x&accessKey=SECRET", "s3://bucket?region=x&accessKey=SEC%20RET SECRET",
		"s3://user:SECRET@bucket:port/", "user:SECRET@host/%", "bucket?accessKey=SECRET", "file://SECRET", "file:SECRET", "file://", "file:///?prefix=SECRET/", "file:///#SECRET"} {
		_, err := openBlobs(context.Background(), address, t.Logf)
		if err == nil || !strings.HasPrefix(err.Error(), "--blobs") || strings.Contains(err.Error(), "SEC") || strings.HasSuffix(err.Error(), ";") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestNoFolder pins that a file where the folder should be is told as that, and not as missing.
func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"log": "/log is no folder", "none": "there is no folder "} {
		if _, err := openBlobs(t.Context(), "file://"+dir+"/"+name, t.Logf); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSlash pins that a bucket has one name, by which suites are found again, however its URL is written.
func TestSlash(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	dir := t.TempDir()
	for want, addresses := range map[string][]string{
		"file://" + dir: {"file://" + dir, "file://" + dir + "/", "file://" + dir + "/./"},
		"s3://bucket":   {"s3://bucket?region=x", "s3://bucket/?region=x"},
	} {
		for _, address := range addresses {
			if b, err := openBlobs(t.Context(), address, t.Logf); err != nil || b.name != want {
				t.Errorf("%s: %v, %v, want %s", address, b, err, want)
			}
		}
	}
}

// TestShared pins that blobs in a folder have the rights that the umask leaves them, as the folders between
// have, and that a folder which has vanished is not made again.
func TestShared(t *testing.T) {
	b, above := folder(t)
	plain := filepath.Join(above, "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := b.write(t.Context(), "a/b", nil); err != nil {
		t.Fatal(err)
	}
	if got, want := tsptest.Must(os.Stat(filepath.Join(b.dir, "a", "b"))).Mode(), tsptest.Must(os.Stat(plain)).Mode(); got != want {
		t.Errorf("a blob has %v, another file %v", got, want)
	}
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	err := b.write(t.Context(), "a/b", nil)
	if _, gone := os.Stat(b.dir); err == nil || !errors.Is(gone, os.ErrNotExist) {
		t.Errorf("into a folder that has vanished: %v; the folder: %v", err, gone)
	}
}

// TestMark pins that all who open a new bucket at about the same time have one mark for it, as those who
// come later have, and that another bucket has another.
func TestMark(t *testing.T) {
	b, _ := folder(t)
	marks := make([]string, 20)
	var all sync.WaitGroup
	for i := range marks {
		all.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond)
			marks[i] = tsptest.Must(b.mark(t.Context()))
		})
	}
	all.Wait()
	marks = append(marks, tsptest.Must(b.mark(t.Context())))
	if found := slices.Compact(marks); len(found) != 1 || found[0] == "" {
		t.Errorf("one bucket has the marks %q", found)
	}
	other, _ := folder(t)
	if tsptest.Must(other.mark(t.Context())) == marks[0] {
		t.Errorf("two buckets have the mark %q", marks[0])
	}
}

// TestDamaged pins that a blob that is not what its name tells is given up soon, but not at once.
func TestDamaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := folder(t)
		sum := digest([]byte("whole"))
		if err := b.put(t.Context(), sum, []byte("half")); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err := b.getContent(t.Context(), sum, sum, 100)
		if took := time.Since(start); !errors.Is(err, errDamaged) || took < time.Second || took > 10*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		time.AfterFunc(time.Second, func() { b.put(t.Context(), sum, []byte("whole")) })
		if data, err := b.getContent(t.Context(), sum, sum, 100); err != nil || string(data) != "whole" {
			t.Errorf("one that is whole again: %q, %v", data, err)
		}
	})
}

// TestCutBlobs pins that a blob of another size than its content is written again, that one above the
// limit is not read, that half a digest is the least that names a content, and that names are in order.
func TestCutBlobs(t *testing.T) {
	b, _ := folder(t)
	ctx := t.Context()
	data := []byte("whole")
	sum := digest(data)
	if err := b.put(ctx, "in/"+sum, data[:4]); err != nil {
		t.Fatal(err)
	}
	if _, err := b.putContent(ctx, "in", data); err != nil {
		t.Fatal(err)
	}
	if got, err := b.getContent(ctx, "in/"+sum, sum, 100); err != nil || string(got) != "whole" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := b.read(ctx, "in/"+sum, 4); !errors.Is(err, errTooLarge) {
		t.Errorf("a blob above the limit: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		if _, err := b.getContent(t.Context(), "in/"+sum, sum[:31], 100); !errors.Is(err, errDamaged) {
			t.Errorf("a digest of 31 digits: %v", err)
		}
	})
	for _, name := range []string{"rec/1/b", "rec/1.c", "rec/1-a"} { // a folder lists rec/1-a, rec/1.c, rec/1/b
		if err := b.put(ctx, name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if names := tsptest.Must(b.list(ctx, "rec/")); !slices.Equal(names, []string{"rec/1-a", "rec/1.c", "rec/1/b"}) {
		t.Error(names)
	}
}
