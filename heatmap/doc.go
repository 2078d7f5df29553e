// Package heatmap holds what a search believes about edges before it has seen a
// tour: a sparse [Map] from each city to candidate cities with the probability
// that the edge to them is in a short tour. Each source of maps has a file of its own.
//
// Glossary: P the map, P_ij in [0,1]; k candidates a city; rank the place of a
// city among another's nearest, from 0.
package heatmap
