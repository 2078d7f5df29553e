// Package places reads what people have who travel between real places, and
// writes the route that was found. [Read] tells the formats apart by content:
//
//   - CSV whose first line names the columns: lat and lon (or latitude, longitude, lng), in
//     degrees, or x and y, and z; id and name where there are any. Fields are separated by
//     commas, semicolons or tabs, which a line sep=; above all may tell, and may be quoted; a byte
//     order mark is passed over; decimal commas need Options.DecimalComma.
//   - GeoJSON of points (RFC 7946): a FeatureCollection, a Feature, a MultiPoint or a
//     GeometryCollection, of which each position is longitude, latitude. Of a feature the id and
//     the properties id and name serve as such.
//   - A square matrix of durations or distances as CSV, with or without the places' names
//     in the first line and column, as a JSON array of rows, or as NumPy's .npy. Places may be
//     called X or Lat where their names stand before the rows too.
//   - What routing engines answer: OSRM's table, openrouteservice's matrix (durations, distances) and
//     GraphHopper's (times, distances), Valhalla's sources_to_targets, verbose or not, and the matrices of a VROOM problem.
//
// # Distances
//
// Degrees are measured by HAVERSINE in metres, unless Options.Metric says GEODESIC or GEOM; x and y
// by EXACT_2D (or 3D), unless it names another Euclidean or TSPLIB metric. See package tsp.
//
// Matrices are whole numbers in the search. Fractions are scaled by the power of ten that keeps all
// their digits, as [tsp.Instance].Scale tells, and a warning says so; where [tsp.MaxDist] leaves
// less room they are rounded to eight or nine digits of the largest, which it says too. From an
// infinite or null entry no road leads to that place. Where there are such entries, and every tour has
// steps longer than a sixteenth of MaxDist, the search passes over up to four binary digits of the
// distances; lengths are told with all of them ([tsp.Instance.Coarse]). A matrix that differs from
// its transpose is solved as directed, whatever the difference. Valhalla's kilometres and miles
// become metres.
//
// # Routes
//
// [WriteCSV], [WriteGeoJSON] and [WriteJSON] write the places in the order of a tour, with
// the length of each leg and the sum of all so far, in the instance's unit.
package places
