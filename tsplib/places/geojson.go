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
	at  []spot // where each position stands
	err error  // what is wrong with the object behind the last one

	deep    int // objects that the one being added lies in
	crossed int // positions whose feature has their numbers as longitude and latitude the other way round
	first   int // line of the first
}

// spot is what a position belongs to, for messages.
type spot struct {
	line, k int32 // k counts from 1, and is 0 where there is one only
	name    string
}

func (s spot) String() string {
	if s.k == 0 {
		return s.name
	}
	return fmt.Sprintf("%s %d", s.name, s.k)
}

// lists are the members of GeoJSON that are arrays of its objects, and what it calls one of these.
var lists = map[string]string{"features": "feature", "geometries": "geometry"}

// points reads the rest of an array of GeoJSON objects. No more than one is in memory as text. What
// is wrong with one is told when all of the document is known, which may be no GeoJSON.
func (s *stream) points(name string) (*points, error) {
	p := &points{}
	var raw json.RawMessage
	for k := int32(1); s.d.More(); k++ {
		v, err := s.value(&raw)
		if err != nil {
			return nil, err
		}
		if p.err = p.add(s.f, v, spot{k: k, name: name}); p.err != nil {
			return p, s.skip()
		}
	}
	_, err := s.token()
	return p, err
}

// coordinates reads the rest of an array that holds the positions of a MultiPoint, or is that of a
// Point, which is returned as text: the geometry's type may stand behind. Of positions no more than
// one is in memory as text.
func (s *stream) coordinates() (*points, part, error) {
	const most = 4 // numbers of a position that are looked at
	p, all, text := &points{}, s.here("["), []byte{'['}
	var raw json.RawMessage
	for k := 0; s.d.More(); k++ {
		v, err := s.value(&raw)
		if err != nil {
			return nil, part{}, err
		}
		if p.err == nil {
			p.err = p.position(s.f, v, spot{name: theGeometry})
		}
		if k < most {
			if k > 0 {
				text = append(text, ',')
			}
			text = append(text, short(string(v.raw))...)
		}
	}
	_, err := s.token()
	all.raw = append(text, ']')
	return p, all, err
}

// theGeometry is what messages call the object that is the whole document.
const theGeometry = "the geometry"

// readGeoJSON takes points; kind is the document's type.
func (f *file) readGeoJSON(doc *object, kind part) (*tsp.Instance, error) {
	if f.opt.Weight != "" {
		return nil, doc.fail("", "coordinates", "a matrix for --weight; leave it out")
	}
	if crs, ok := doc.member("crs"); ok { // of 2008, before all was WGS84
		text := string(crs.raw)
		if !strings.Contains(text, "CRS84") && !strings.Contains(text, "4326") && text != "null" {
			return nil, crs.fail("crs", short(text), "longitude and latitude of WGS84 (RFC 7946); convert the coordinates")
		}
	}
	var what string
	kind.decode(&what)
	p := doc.points[listOf[what]]
	if p == nil {
		p = &points{}
		p.err = p.add(f, doc.part, spot{name: theGeometry})
	}
	if p.err != nil {
		return nil, p.err
	}
	p.degrees, p.line = true, kind.line
	if len(p.x) == 0 {
		return nil, kind.fail("", "no points", wantPoints)
	}
	if p.crossed > 0 {
		f.warn(p.first, "%d of %d positions have the latitude of their feature's properties first: latitude and longitude may be swapped; GeoJSON has the longitude first", p.crossed, len(p.x))
	}
	p.ids, p.names = orNil(p.ids), orNil(p.names)
	if err := f.labels("id", p.ids, p.names, func(i int) (string, int) { return p.at[i].String(), int(p.at[i].line) }); err != nil {
		return nil, err
	}
	return f.points(&p.table)
}

// listOf is the member that is read as a list, of the types that are made of one.
var listOf = map[string]string{"FeatureCollection": "features", "GeometryCollection": "geometries", "MultiPoint": "coordinates"}

// deepest is how many GeoJSON objects may lie in each other: each is looked through for its members,
// and so is all that lies in it.
const deepest = 20

// add adds the positions of a GeoJSON object, which stands at a spot.
func (p *points) add(f *file, v part, at spot) error {
	if p.deep++; p.deep > deepest {
		return v.fail(at.String(), fmt.Sprintf("more than %d objects in each other", deepest), wantPoints)
	}
	defer func() { p.deep-- }()
	var kind string
	if t, ok := v.member("type"); ok {
		t.decode(&kind)
	}
	fail := func(v part, found, want string) error { return v.fail(at.String(), found, want) }
	switch kind {
	case "FeatureCollection", "GeometryCollection":
		key := listOf[kind]
		list, ok := v.member(key)
		if !ok || list.first() != '[' {
			return fail(v, kind+" without "+key, "an array of them")
		}
		k := int32(0)
		return list.each(func(_ string, one part) error {
			k++
			return p.add(f, one, spot{k: k, name: lists[key]})
		})
	case "Feature":
		g, ok := v.member("geometry")
		if !ok || g.first() != '{' {
			return fail(v, "a Feature without a geometry", wantPoints)
		}
		from := len(p.x)
		if err := p.add(f, g, at); err != nil {
			return err
		}
		if len(p.x) == from+1 {
			p.feature(v, from)
		}
		return nil
	case "Point", "MultiPoint":
		c, ok := v.member("coordinates")
		if !ok {
			return fail(v, "a "+kind+" without coordinates", "[longitude, latitude]")
		}
		if kind == "Point" {
			return p.position(f, c, at)
		}
		if c.first() != '[' {
			return fail(c, c.kind(), "an array of positions [longitude, latitude]")
		}
		return c.each(func(_ string, one part) error { return p.position(f, one, at) })
	case "":
		return fail(v, "no type", wantPoints)
	}
	return fail(v, fmt.Sprintf("%q", short(kind)), wantPoints)
}

// feature adds what the feature v says of position i beside where it lies.
func (p *points) feature(v part, i int) {
	properties, _ := v.member("properties")
	p.ids[i], p.names[i] = labelsOf(v, properties)
	if lat, lon, ok := degreesOf(properties); ok && lat == p.y[i] && lon == p.x[i] && lat != lon {
		if p.crossed++; p.crossed == 1 {
			p.first = int(p.at[i].line)
		}
	}
}

// position adds one position.
func (p *points) position(f *file, v part, at spot) error {
	var c []*float64 // nil where null stands, which no number is
	if !v.decode(&c) || len(c) < 2 || c[0] == nil || c[1] == nil {
		return v.fail(at.String(), short(string(v.raw)), "a position [longitude, latitude] in degrees")
	}
	at.line = int32(v.line)
	lon, lat := *c[0], *c[1]
	if f.offGlobe(0, "", lat, lon) != nil {
		return f.offGlobe(int(at.line), at.String(), lat, lon)
	}
	p.x, p.y = append(p.x, lat), append(p.y, lon)
	p.ids, p.names = append(p.ids, ""), append(p.names, "")
	p.at = append(p.at, at)
	return nil
}

// degreesOf returns the latitude and longitude among a feature's properties, where a file that was
// made of a table may have them too.
func degreesOf(properties part) (lat, lon float64, ok bool) {
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
func labelsOf(v, properties part) (id, name string) {
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
		id = text(properties, "id")
	}
	return id, text(properties, "name", "NAME", "Name", "title", "city")
}
