// Package mapfile reads and writes the files that heatmaps come in. Importing it
// registers the source file:FILE with package heatmap.
//
//	m, err := mapfile.Read(f, "map.npy", mapfile.ReadOptions{Cities: in.N()})
//
// [Read] tells the format from the content:
//
//   - dense text: n on a line, then n lines of n numbers. Text behind them is skipped with a warning, and
//     so are lines "KEYWORD: value" above; n then stands in that of DIMENSION;
//   - UTSP lines, one an instance: x y for each city, the word output and a
//     tour, the word indices and k cities for each city (from 1, -1 for none), the
//     word value and as many numbers. Without indices there are n for each city;
//   - NumPy .npy, float32 or float64: n x n, or batch x n x n (1 x n x n is a batch of one), in C order;
//     one matrix for symmetric distances may be in Fortran order, and is then read column by column;
//   - the sparse format of [Write].
//
// Blanks, tabs and commas separate numbers. Matrices are read row by row, and of each row the
// 50 largest entries are kept ([ReadOptions].Keep), so that 10,000 cities need megabytes. They are
// cleaned as [heatmap.Rows] says. NaN, infinity, anything beyond 1e30, a missing or surplus
// number, and the wrong number of cities are errors that name the place. A map of
// negative numbers with none above 0, as of logarithms, is an error too.
package mapfile
