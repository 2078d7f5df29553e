package farm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3://
	"gocloud.dev/gcerrors"

	"tspmcts/bench"
)

// blobStore is a bucket.
type blobStore struct {
	bucket *blob.Bucket
	dir    string // of a file store, whose blobs are written here: fileblob does not sync
	name   string // for messages and suites, without parameters, where secrets might stand
	warn   func(format string, args ...any)
	away   atomic.Bool // it has failed for long enough to be told
}

// named matches the names of blobs: some come from the wire, and are to name no other file (law 5).
var named = regexp.MustCompile(`^[0-9A-Za-z-][0-9A-Za-z.-]*(/[0-9A-Za-z-][0-9A-Za-z.-]*)*$`)

var errName = errors.New("no name of a blob")

func checkName(name string) error {
	if !named.MatchString(name) {
		return fmt.Errorf("%w: %.200q", errName, name)
	}
	return nil
}

// openBlobs opens the bucket of a URL: file:///folder, s3://bucket?region=...
func openBlobs(ctx context.Context, address string, warn func(format string, args ...any)) (*blobStore, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Scheme == "file" && (u.Host != "" || u.Path == "") {
		return nil, bench.Misusef("--blobs is no URL such as file:///shared/blobs or s3://bucket?region=eu-central-1") // it may have secrets
	}
	if u.Scheme == "file" && u.RawQuery+u.Fragment != "" {
		return nil, bench.Misusef("--blobs: a folder takes no parameters after ? or #: want file://%s", u.Path)
	}
	b := &blobStore{name: u.Scheme + "://" + path.Join(u.Host, u.Path), warn: warn}
	if u.Scheme == "file" {
		b.dir = filepath.FromSlash(u.Path)
		if info, err := os.Stat(b.dir); err == nil && !info.IsDir() {
			return nil, fmt.Errorf("--blobs: %s is no folder", b.dir)
		} else if err != nil {
			return nil, fmt.Errorf("--blobs: there is no folder %s; make it, where client and workers see it", b.dir)
		}
		b.bucket, err = fileblob.OpenBucket(b.dir, &fileblob.Options{Metadata: fileblob.MetadataDontWrite})
	} else {
		b.bucket, err = blob.OpenBucket(ctx, address)
	}
	if err != nil {
		told := strings.NewReplacer(address, b.name, u.String(), b.name).Replace(err.Error())
		return nil, fmt.Errorf("--blobs: %s cannot be opened: %s", b.name, told)
	}
	return b, nil
}

// probe writes, reads and removes a blob, once and without patience: what is wrong with the
// bucket is told at the start.
func (b *blobStore) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	name := "probe/" + strings.ToLower(rand.Text())
	err := b.write(ctx, name, []byte(name))
	if err == nil {
		_, err = b.read(ctx, name, 1000)
	}
	if err == nil {
		err = b.remove(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("--blobs: %s does not take and give blobs: %w", b.name, plain(err))
	}
	return nil
}

// settled is when whoever found a bucket without a mark has written his.
const settled = 1500 * time.Millisecond

// mark returns what tells this bucket from others: the first name in its folder mark, once the last is
// settled, by the bucket's clock. Who finds none there writes one, as many workers may do that start at once.
func (b *blobStore) mark(ctx context.Context) (string, error) {
	own := "mark/" + strings.ToLower(rand.Text()[:8])
	for {
		now, err := b.now(ctx)
		if err != nil {
			return "", err
		}
		var names []string
		fresh := false
		err = b.each(ctx, "mark/", func(o *blob.ListObject) {
			names = append(names, o.Key)
			fresh = fresh || now.Sub(o.ModTime).Abs() < settled
		})
		if err == nil && len(names) > 0 && !fresh {
			return path.Base(slices.Min(names)), nil
		}
		if err == nil && len(names) == 0 {
			err = b.put(ctx, own, nil)
		}
		if err != nil {
			return "", err
		}
		select {
		case <-time.After(settled / 5):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// plain returns what a full disk or a lost right says of itself.
func plain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return errors.New("the disk is full; make room")
	case gcerrors.Code(err) == gcerrors.PermissionDenied:
		return fmt.Errorf("permission denied (%w); check the credentials", err)
	}
	return err
}

const (
	patience  = 3 * time.Minute // how long a store that fails is tried again
	damaged   = 5 * time.Second // and one that gives bytes other than it should
	toldAfter = 5 * time.Second // when that is told, once until it works again
)

// again calls f until it succeeds, patience ends, or trying again is of no use.
func (b *blobStore) again(ctx context.Context, what string, f func(ctx context.Context) error) error {
	start, wait := time.Now(), 200*time.Millisecond
	for {
		err := f(ctx)
		switch code := gcerrors.Code(err); {
		case err == nil:
			if b.away.CompareAndSwap(true, false) {
				b.warn("%s works again", b.name)
			}
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case code == gcerrors.NotFound || code == gcerrors.InvalidArgument || errors.Is(err, errTooLarge) || errors.Is(err, errName) ||
			time.Since(start) > patience || errors.Is(err, errDamaged) && time.Since(start) > damaged:
			return fmt.Errorf("%s: %s: %w", b.name, what, plain(err))
		case time.Since(start) > toldAfter && b.away.CompareAndSwap(false, true):
			b.warn("%s: %s: %v; trying again", b.name, what, plain(err))
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		wait = min(2*wait, 10*time.Second)
	}
}

// put writes a blob. A name that tells content or attempt may be written twice.
func (b *blobStore) put(ctx context.Context, name string, data []byte) error {
	return b.again(ctx, name, func(ctx context.Context) error { return b.write(ctx, name, data) })
}

// now returns the time by the clock that tells when blobs were written, which may be another than ours.
func (b *blobStore) now(ctx context.Context) (at time.Time, err error) {
	const name = "probe/clock"
	err = b.again(ctx, name, func(ctx context.Context) error {
		if err := b.write(ctx, name, []byte(name)); err != nil {
			return err
		}
		a, err := b.bucket.Attributes(ctx, name)
		if err == nil {
			at = a.ModTime
		}
		return err
	})
	return at, err
}

func (b *blobStore) write(ctx context.Context, name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if b.dir == "" {
		return b.bucket.WriteAll(ctx, name, data, nil)
	}
	// not CreateTemp's, which is nobody else's; before any folder, lest one that has vanished is made again
	f, err := os.OpenFile(filepath.Join(b.dir, ".new-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // where it was not renamed
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	file := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// putContent writes a blob that is named by its content, unless it is there, and returns its
// digest.
func (b *blobStore) putContent(ctx context.Context, folder string, data []byte) (string, error) {
	sum := digest(data)
	return sum, b.again(ctx, folder+"/"+sum, func(ctx context.Context) error {
		if a, err := b.bucket.Attributes(ctx, folder+"/"+sum); err == nil && a.Size == int64(len(data)) {
			return nil
		}
		return b.write(ctx, folder+"/"+sum, data)
	})
}

// remove removes a blob, once and without patience.
func (b *blobStore) remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return b.bucket.Delete(ctx, name)
}

// errDamaged is of a blob whose bytes do not have its digest.
var errDamaged = errors.New("its content is not what its name tells")

// errTooLarge refuses a blob that is larger than anything that is written.
var errTooLarge = errors.New("the blob is too large")

func (b *blobStore) read(ctx context.Context, name string, most int64) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	r, err := b.bucket.NewReader(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Size() > most {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", errTooLarge, r.Size(), most)
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && (int64(len(data)) > most || int64(len(data)) != r.Size()) {
		err = fmt.Errorf("%d bytes came, want %d", len(data), r.Size())
	}
	return data, err
}

// getContent returns the blob of a digest, of which sum may be the beginning, and at least half:
// bytes that do not have it are asked for again.
func (b *blobStore) getContent(ctx context.Context, name, sum string, most int64) (data []byte, err error) {
	err = b.again(ctx, name, func(ctx context.Context) (err error) {
		data, err = b.read(ctx, name, most)
		if err == nil && (len(sum) < 32 || !strings.HasPrefix(digest(data), sum)) {
			err = errDamaged
		}
		return err
	})
	return data, err
}

// list returns the names that begin with prefix, in order.
func (b *blobStore) list(ctx context.Context, prefix string) (names []string, err error) {
	err = b.each(ctx, prefix, func(o *blob.ListObject) { names = append(names, o.Key) })
	slices.Sort(names)
	return names, err
}

func (b *blobStore) each(ctx context.Context, prefix string, f func(*blob.ListObject)) error {
	if err := checkName(strings.TrimSuffix(prefix, "/")); err != nil {
		return err
	}
	return b.again(ctx, prefix, func(ctx context.Context) error {
		var all []*blob.ListObject
		for it := b.bucket.List(&blob.ListOptions{Prefix: prefix}); ; {
			o, err := it.Next(ctx)
			if err == io.EOF {
				for _, o := range all {
					f(o)
				}
				return nil
			}
			if err != nil {
				return err
			}
			all = append(all, o)
		}
	})
}
