package heatmap

import "context"

// buildFile reads the map of r's instance: the one at its index where the file holds several.
func buildFile(_ context.Context, s *Source, r Request) (*Map, error) {
	f, name, err := r.open(s.files[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, name, ReadOptions{Cities: r.Instance.N(), Index: r.Index, Warn: r.Warn})
}
