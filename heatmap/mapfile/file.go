package mapfile

import (
	"context"

	"tspmcts/heatmap"
)

func init() {
	heatmap.Register(heatmap.Kind{Name: "file", Usage: "as a file says", Files: 1, Verbatim: true, Build: build})
}

// build reads the map of r's instance: the one at its index where the file holds several.
func build(_ context.Context, s *heatmap.Source, r heatmap.Request) (*heatmap.Map, error) {
	f, name, err := r.OpenFile(s.Files()[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := r.Instance
	m, err := Read(f, name, ReadOptions{Cities: in.Given(), Index: r.Index, Directed: in.Paired(), Warn: r.Warn})
	for err == nil && m.N() < in.N() { // of a city that the file does not know, nothing is believed
		m.Start = append(m.Start, m.Start[m.N()])
	}
	return m, err
}
