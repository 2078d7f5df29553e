package places

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"tspmcts/tsp"
)

// Formats are the formats of routes besides TSPLIB's.
var Formats = []string{"csv", "geojson", "json"}

// Write writes a tour of in in one of Formats.
func Write(w io.Writer, format string, in *tsp.Instance, t tsp.Tour) error {
	switch format {
	case "csv":
		return WriteCSV(w, in, t)
	case "geojson":
		return WriteGeoJSON(w, in, t)
	case "json":
		return WriteJSON(w, in, t)
	}
	return fmt.Errorf("the format %q is unknown", format)
}

// stop is a place on a route.
type stop struct {
	city int32
	leg  float64 // from the stop before, in the instance's unit
	sum  float64 // of all legs so far
}

// stops returns the stops of a tour, of which the last is the first again, or of a path.
func stops(in *tsp.Instance, t tsp.Tour) []stop {
	n := len(t) + 1
	if in.Ends != nil {
		n--
	}
	all := make([]stop, 0, n)
	var units int64 // exact, where legs are whole numbers of core units
	sum := 0.0
	for k := range n {
		s := stop{city: t[k%len(t)]}
		if k > 0 {
			before := t[k-1]
			s.leg = in.Leg(before, s.city)
			units += int64(in.Dist(before, s.city))
			if sum += s.leg; !in.Metric.Exact() && in.Metric != tsp.Graph {
				sum = in.InUnit(units)
			}
		}
		s.sum = sum
		all = append(all, s)
	}
	return all
}

// label returns a city's id or name, empty where it has none.
func label(labels []string, c int32) string {
	if labels == nil {
		return ""
	}
	return labels[c]
}

// number writes a length without an exponent.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// WriteCSV writes a stop a line, below a first line that names the columns: position, city (its
// number in the file, from 1), id and name where the file has any, the coordinates, and leg and
// total, behind which the unit stands where it is known, as leg_m. The last line of a tour is the
// way back to the first place.
func WriteCSV(w io.Writer, in *tsp.Instance, t tsp.Tour) error {
	c := csv.NewWriter(w)
	head := []string{"position", "city"}
	if in.IDs != nil {
		head = append(head, "id")
	}
	if in.Names != nil {
		head = append(head, "name")
	}
	var axes [][]float64
	if _, _, ok := in.LatLon(0); ok {
		head = append(head, "lat", "lon")
	} else {
		names := "xyz"
		axes = [][]float64{in.X, in.Y, in.Z}
		if in.X == nil {
			axes = [][]float64{in.DisplayX, in.DisplayY}
		}
		for d, axis := range axes {
			if axis == nil {
				axes = axes[:d]
				break
			}
			head = append(head, names[d:d+1])
		}
	}
	unit := ""
	if in.Unit != "" {
		unit = "_" + in.Unit
	}
	if err := c.Write(append(head, "leg"+unit, "total"+unit)); err != nil {
		return err
	}
	for k, s := range stops(in, t) {
		row := []string{strconv.Itoa(k + 1), strconv.Itoa(int(s.city) + 1)}
		if in.IDs != nil {
			row = append(row, in.IDs[s.city])
		}
		if in.Names != nil {
			row = append(row, in.Names[s.city])
		}
		if lat, lon, ok := in.LatLon(s.city); ok {
			row = append(row, number(lat), number(lon))
		}
		for _, axis := range axes {
			row = append(row, number(axis[s.city]))
		}
		if err := c.Write(append(row, number(s.leg), number(s.sum))); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// ErrNoDegrees says why there is no GeoJSON of an instance.
type ErrNoDegrees struct{ Name string }

func (e ErrNoDegrees) Error() string {
	return e.Name + ": GeoJSON is made of longitudes and latitudes, of which its file has none; write --format csv or json"
}

// geometry is a GeoJSON geometry.
type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// feature is a GeoJSON feature.
type feature struct {
	Type       string   `json:"type"`
	ID         string   `json:"id,omitempty"`
	Geometry   geometry `json:"geometry"`
	Properties any      `json:"properties"`
}

// about is what is said of a route as a whole.
type about struct {
	Name   string      `json:"name"`
	Cities int         `json:"cities"`
	Length json.Number `json:"length"`
	Unit   string      `json:"unit,omitempty"`
	Metric string      `json:"metric"`
	Closed bool        `json:"closed"`
}

func aboutRoute(in *tsp.Instance, t tsp.Tour) about {
	return about{in.Name, in.N(), json.Number(number(in.Value(t))), in.Unit, in.Metric.String(), in.Ends == nil}
}

// point is what is said of a stop.
type point struct {
	Position int         `json:"position"`
	City     int32       `json:"city"`
	ID       string      `json:"id,omitempty"`
	Name     string      `json:"name,omitempty"`
	Lat      *float64    `json:"lat,omitempty"`
	Lon      *float64    `json:"lon,omitempty"`
	X        *float64    `json:"x,omitempty"`
	Y        *float64    `json:"y,omitempty"`
	Z        *float64    `json:"z,omitempty"`
	Leg      json.Number `json:"leg"`
	Total    json.Number `json:"total"`
}

func pointOf(in *tsp.Instance, k int, s stop) point {
	return point{Position: k + 1, City: s.city + 1, ID: label(in.IDs, s.city), Name: label(in.Names, s.city),
		Leg: json.Number(number(s.leg)), Total: json.Number(number(s.sum))}
}

// position returns a place's longitude, brought to -180 to 180, and latitude.
func position(in *tsp.Instance, c int32) [2]float64 {
	lat, lon, _ := in.LatLon(c)
	if lon >= -180 && lon <= 180 {
		return [2]float64{lon, lat} // to the last bit
	}
	return [2]float64{math.Remainder(lon, 360), lat}
}

// WriteGeoJSON writes a FeatureCollection (RFC 7946): the route as a LineString, which of a tour
// ends where it began, with its length and unit as properties, and then the stops as Points in
// their order. Where the route crosses the antimeridian it is cut there into the parts of a
// MultiLineString (section 3.1.9).
func WriteGeoJSON(w io.Writer, in *tsp.Instance, t tsp.Tour) error {
	if _, _, ok := in.LatLon(0); !ok {
		return ErrNoDegrees{in.Name}
	}
	all := stops(in, t)
	lines := [][][2]float64{nil}
	for k, s := range all {
		at := position(in, s.city)
		last := &lines[len(lines)-1]
		if k > 0 {
			from := (*last)[len(*last)-1]
			if d := at[0] - from[0]; math.Abs(d) > 180 {
				side := math.Copysign(180, from[0])
				share := 0.0
				if round := d - math.Copysign(360, d); round != 0 { // else both are on it
					share = (side - from[0]) / round
				}
				cross := from[1] + share*(at[1]-from[1])
				*last = append(*last, [2]float64{side, cross})
				lines = append(lines, [][2]float64{{-side, cross}})
				last = &lines[len(lines)-1]
			}
		}
		*last = append(*last, at)
	}
	if len(all) == 1 { // a path of one place, and a LineString has two positions or more
		lines[0] = append(lines[0], lines[0][0])
	}
	route := geometry{"LineString", lines[0]}
	if len(lines) > 1 {
		route = geometry{"MultiLineString", lines}
	}
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	b.WriteString("{\"type\":\"FeatureCollection\",\"features\":[\n")
	if err := e.Encode(feature{"Feature", "", route, aboutRoute(in, t)}); err != nil {
		return err
	}
	for k, s := range all[:len(t)] {
		b.WriteString(",")
		if err := e.Encode(feature{"Feature", label(in.IDs, s.city), geometry{"Point", position(in, s.city)}, pointOf(in, k, s)}); err != nil {
			return err
		}
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// WriteJSON writes an object: what WriteGeoJSON says of the route, and its stops in order, one a
// line. The way back to the first, of a tour, is closing_leg.
func WriteJSON(w io.Writer, in *tsp.Instance, t tsp.Tour) error {
	all := stops(in, t)
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	head, err := json.Marshal(aboutRoute(in, t))
	if err != nil {
		return err
	}
	b.Write(head[:len(head)-1])
	if len(all) > len(t) {
		fmt.Fprintf(b, ",\"closing_leg\":%s", number(all[len(t)].leg))
	}
	b.WriteString(",\"stops\":[\n")
	for k, s := range all[:len(t)] {
		p := pointOf(in, k, s)
		if lat, lon, ok := in.LatLon(s.city); ok {
			p.Lat, p.Lon = &lat, &lon
		} else if in.X != nil {
			p.X, p.Y = &in.X[s.city], &in.Y[s.city]
			if in.Z != nil {
				p.Z = &in.Z[s.city]
			}
		} else if in.DisplayX != nil {
			p.X, p.Y = &in.DisplayX[s.city], &in.DisplayY[s.city]
		}
		if k > 0 {
			b.WriteString(",")
		}
		if err := e.Encode(p); err != nil {
			return err
		}
	}
	b.WriteString("]}\n")
	return b.Flush()
}
