// Package tsplib reads and writes the files that TSP instances come in: TSPLIB
// problems and tours, and the data set lines of the learning papers. Readers
// take an [io.Reader] and the file's name, which only serves messages and, where
// the file names nothing itself, the instance. Which of the three a file is, its
// content says ([Sniff]), never its extension.
//
//	in, warnings, err := tsplib.Read(file, "berlin52.tsp")
//	tours, err := tsplib.ReadTours(file, "berlin52.opt.tour")
//	err = tsplib.Write(w, in)
//	err = tsplib.WriteTour(w, "mine", "length 7542", tour)
//
//	lines := tsplib.NewLines(file, "tsp500.txt")
//	in, reference, err := lines.Next() // until io.EOF
//	err = tsplib.WriteLine(w, in, reference)
//
// # TSPLIB
//
// A file is a header of "KEYWORD : value" lines and sections of numbers, each
// under its own keyword:
//
//	NAME : square
//	TYPE : TSP
//	DIMENSION : 4
//	EDGE_WEIGHT_TYPE : EUC_2D
//	NODE_COORD_SECTION
//	1 0 0
//	2 0 10
//	3 10 10
//	4 10 0
//	EOF
//
// EDGE_WEIGHT_TYPE is a [tsp.Metric]. With EXPLICIT an EDGE_WEIGHT_SECTION holds
// the distances as a stream of whole numbers whose line ends mean nothing, in the
// order that EDGE_WEIGHT_FORMAT says; a NODE_COORD_SECTION may then place the cities in a picture,
// as a DISPLAY_DATA_SECTION may under every metric. FIXED_EDGES_SECTION
// lists edges that every tour must hold, ended by -1. A file of TYPE TOUR has a
// TOUR_SECTION with one tour or more, each ended by -1. Cities are numbered from
// 1 in files and from 0 in [tsp.Instance].
//
// Four values of TYPE are solved: TSP; ATSP, whose FULL_MATRIX holds the distances from the row's
// city to the column's; HPP, a path with free ends; HCP, a Hamiltonian cycle of the graph in
// EDGE_DATA_SECTION (EDGE_LIST or ADJ_LIST), and with HPP a path in it. An entry inf of a matrix,
// or 2147483647, is no edge.
// The others are refused by name. SOP has precedences, and CVRP several vehicles, demands and a
// depot: neither is a tour of given edges whose exchanges can be undone one by one, so the search
// here has nothing to say about them. A solver for them is LKH-3 (both), OR-Tools or HGS
// (vehicles), or PyVRP.
//
// Accepted as real files have it: keywords in any letter case and any order in which DIMENSION and
// EDGE_WEIGHT_TYPE come before the data, ":" with or without blanks around it, also after a
// section's keyword; numbers and blank lines above the first keyword; LF, CRLF, and CR alone; a
// byte order mark; tabs; cities in any order, with leading zeros; 6.0e+03 where a whole number is
// wanted; a missing EOF, and anything after it. What is not understood is told in a [Warning]; what
// cannot be solved as it stands is an error that says what to do.
//
// # Data set lines
//
// One instance a line: the coordinates of its cities, mostly in [0,1], then, or
// not, the word output and a reference tour that ends where it began:
//
//	0 0 0 1 1 1 1 0 output 1 2 3 4 1
//
// Their distances are not rounded, so the metric is EXACT_2D. [Lines] reads them
// one by one.
//
// # Bare numbers
//
// Text that begins with a number and has no keyword is read by [ReadNumbers]. It is a
// data set if the word output stands in its first line, or if it can be nothing else:
//
//   - Two numbers a line are the coordinates of a city each, and all lines one instance. So are three
//     where the first count up by one. A line with the number of lines may stand above: the
//     dialects of the national instances and of the point sets drawn after pictures. EXACT_2D.
//   - As many numbers a line as lines are a matrix of distances, if it is symmetric, whatever the
//     diagonal holds, or if all on the diagonal is the same: where it is not symmetric then the
//     distances are from the line's city to the column's. What is neither, but all whole numbers
//     of which one is above 1, is refused: its diagonal does not tell it from a data set.
//   - Refused are: whole numbers in pairs that join the cities 0 or 1 to m like the edges of a graph, each
//     of which occurs; three numbers a line that do not count; lines that count up and have
//     more numbers; several lines of four; lines of odd length.
//   - All else is a data set: one line of four numbers, or lines of six or more, an even number on each.
//
// What stands in the first lines decides, mostly two; only what may be a matrix is read to its end.
// Warnings say what was assumed.
//
// # Errors and cost
//
// Every reading error is a [*ParseError] with file and line. Time and memory are
// linear in the input, whatever its DIMENSION claims: a graph that has fewer edges than a path
// through so many cities is refused. Only a compressed matrix unfolds, to twice its numbers.
package tsplib
