// Package report tells what records say: it groups them into arms, compares arms
// on the same instances and seeds, and writes text, Markdown, CSV, and one HTML
// page with figures.
//
// Gaps are percent over the optimum, or the best known length, that any record of
// the instance has; where none has one, over the best length in the records.
package report
