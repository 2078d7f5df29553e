package places

import (
	"encoding/json"
	"fmt"
	"strings"

	"tspmcts/tsp"
)

// wantPoints is what GeoJSON should have been.
const wantPoints = "a FeatureCollection of Points; leave the rest out"

// points collects the positions of GeoJSON.
type points struct {
	table
	at   []part   // where each position stands
	what []string // what it belongs to, for messages

	crossed int // positions whose feature has their numbers as longitude and latitude the other way round
	first   int // line of the first
}

// readGeoJSON reads points; kind is the document's type.
func (f *file) readGeoJSON(doc, kind part) (*tsp.Instance, error) {
	if f.opt.Weight != "" {
		return nil, doc.fail(0, "", "coordinates", "a matrix for --weight; leave it out")
	}
	p := &points{}
	p.degrees, p.line = true, kind.line()
	if crs, ok := doc.member("crs"); ok { // of 2008, before all was WGS84
		text := string(crs.raw)
		if !strings.Contains(text, "CRS84") && !strings.Contains(text, "4326") && text != "null" {
			return nil, crs.fail(0, "crs", short(text), "longitude and latitude of WGS84 (RFC 7946); convert the coordinates")
		}
	}
	if err := p.add(f, doc, "the geometry"); err != nil {
		return nil, err
	}
	if len(p.x) == 0 {
		return nil, kind.fail(0, "", "no points", wantPoints)
	}
	if p.crossed > 0 {
		f.warn(p.first, "%d of %d positions have the latitude of their feature's properties first: latitude and longitude may be swapped; GeoJSON has the longitude first", p.crossed, len(p.x))
	}
	p.ids, p.names = orNil(p.ids), orNil(p.names)
	if err := f.labels(p.ids, p.names, func(i int) (string, int) { return p.what[i], p.at[i].line() }); err != nil {
		return nil, err
	}
	return f.points(&p.table)
}

// add adds the positions of a GeoJSON object, which what names.
func (p *points) add(f *file, v part, what string) error {
	var kind string
	if t, ok := v.member("type"); ok {
		t.decode(&kind)
	}
	nested := func(key, name string) error {
		list, ok := v.member(key)
		if !ok || list.first() != '[' {
			return v.fail(0, what, kind+" without "+key, "an array of them")
		}
		k := 0
		return list.each(func(_ string, one part) error {
			k++
			return p.add(f, one, fmt.Sprintf("%s %d", name, k))
		})
	}
	switch kind {
	case "FeatureCollection":
		return nested("features", "feature")
	case "GeometryCollection":
		return nested("geometries", "geometry")
	case "Feature":
		g, ok := v.member("geometry")
		if !ok || g.first() != '{' {
			return v.fail(0, what, "a Feature without a geometry", wantPoints)
		}
		from := len(p.x)
		if err := p.add(f, g, what); err != nil {
			return err
		}
		id, name := labelsOf(v)
		if len(p.x) == from+1 {
			p.ids[from], p.names[from] = id, name
			if lat, lon, ok := degreesOf(v); ok && lat == p.y[from] && lon == p.x[from] && lat != lon {
				if p.crossed++; p.crossed == 1 {
					p.first = p.at[from].line()
				}
			}
		}
		return nil
	case "Point", "MultiPoint":
		at, ok := v.member("coordinates")
		if !ok {
			return v.fail(0, what, "a "+kind+" without coordinates", "[longitude, latitude]")
		}
		if kind == "Point" {
			return p.position(f, at, what)
		}
		if at.first() != '[' {
			return at.fail(0, what, at.kind(), "an array of positions [longitude, latitude]")
		}
		return at.each(func(_ string, one part) error { return p.position(f, one, what) })
	case "":
		return v.fail(0, what, "no type", wantPoints)
	}
	return v.fail(0, what, fmt.Sprintf("%q", short(kind)), wantPoints)
}

// position adds one position.
func (p *points) position(f *file, v part, what string) error {
	var at []float64
	if !v.decode(&at) || len(at) < 2 {
		return v.fail(0, what, short(string(v.raw)), "a position [longitude, latitude] in degrees")
	}
	if f.offGlobe(0, what, at[1], at[0]) != nil {
		return f.offGlobe(v.line(), what, at[1], at[0])
	}
	p.x, p.y = append(p.x, at[1]), append(p.y, at[0])
	p.ids, p.names = append(p.ids, ""), append(p.names, "")
	p.at, p.what = append(p.at, v), append(p.what, what)
	return nil
}

// degreesOf returns the latitude and longitude among a feature's properties, where a file that was made of a table may
// have them too.
func degreesOf(v part) (lat, lon float64, ok bool) {
	properties, ok := v.member("properties")
	if !ok {
		return 0, 0, false
	}
	number := func(keys ...string) (x float64, ok bool) {
		for _, key := range keys {
			if m, found := properties.member(key); found && m.first() != 'n' && m.decode(&x) {
				return x, true
			}
		}
		return 0, false
	}
	lat, ok = number("lat", "latitude", "Latitude", "LAT")
	if !ok {
		return 0, 0, false
	}
	lon, ok = number("lon", "lng", "longitude", "Longitude", "LON")
	return lat, lon, ok
}

// labelsOf returns what a feature is called.
func labelsOf(v part) (id, name string) {
	text := func(p part, keys ...string) string {
		for _, key := range keys {
			if m, ok := p.member(key); ok {
				var s string
				var n json.Number
				switch {
				case m.first() == '"' && m.decode(&s):
					return s
				case m.decode(&n) && m.first() != 'n':
					return n.String()
				}
			}
		}
		return ""
	}
	if id = text(v, "id"); id == "" {
		if p, ok := v.member("properties"); ok {
			id = text(p, "id")
		}
	}
	if p, ok := v.member("properties"); ok {
		name = text(p, "name", "NAME", "Name", "title", "city")
	}
	return id, name
}
