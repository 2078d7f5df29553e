package serve

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// schema is as much of JSON Schema as openapi.json uses for requests.
type schema struct {
	Type                 any
	Properties           map[string]*schema
	AdditionalProperties *schema
	Items                *schema
	Enum                 []any
	Minimum              *float64
	ExclusiveMinimum     *float64
}

// openAPIDoc is openapi.json as far as tests look at it.
type openAPIDoc struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		Parameters []struct{ Name, In string }
		Responses  map[string]any
	}
	Components struct {
		Schemas   map[string]*schema
		Responses map[string]any
	}
}

var description = sync.OnceValue(func() (doc openAPIDoc) {
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		panic(err)
	}
	return doc
})

// check returns what of v, at a place in the document, is not as the schema has it; "" for nothing.
func (s *schema) check(at string, v any) string {
	types, ok := s.Type.([]any)
	if !ok {
		types = []any{s.Type}
	}
	is := "null"
	switch x := v.(type) {
	case bool:
		is = "boolean"
	case string:
		is = "string"
	case float64:
		is = "number"
		if x == float64(int64(x)) && slices.Contains(types, any("integer")) {
			is = "integer"
		}
		if s.Minimum != nil && x < *s.Minimum || s.ExclusiveMinimum != nil && x <= *s.ExclusiveMinimum {
			return fmt.Sprintf("%s is %v, too small", at, x)
		}
	case []any:
		is = "array"
		for i, item := range x {
			if wrong := s.Items.check(fmt.Sprintf("%s[%d]", at, i), item); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		is = "object"
		for name, member := range x {
			of := s.Properties[name]
			if of == nil {
				of = s.AdditionalProperties
			}
			if wrong := of.check(at+"."+name, member); wrong != "" {
				return wrong
			}
		}
	}
	switch {
	case !slices.Contains(types, any(is)):
		return fmt.Sprintf("%s is of type %s, want %v", at, is, types)
	case s.Enum != nil && !slices.Contains(s.Enum, v):
		return fmt.Sprintf("%s is %v, want one of %v", at, v, s.Enum)
	}
	return ""
}

var inBraces = regexp.MustCompile(`\{\w+\}`)

// described fails unless openapi.json has the status of the answer to a request, and where that is
// good the request.
func (c *client) described(method, path, body string, status int) {
	c.Helper()
	path, _, _ = strings.Cut(path, "?")
	for pattern, operations := range description().Paths {
		of, ok := operations[strings.ToLower(method)]
		if !ok || !regexp.MustCompile("^"+inBraces.ReplaceAllString(pattern, "[^/]+")+"$").MatchString(path) {
			continue
		}
		if of.Responses[strconv.Itoa(status)] == nil {
			c.Errorf("%s %s answers %d, which openapi.json does not describe", method, pattern, status)
		}
		if method != "POST" || status >= 300 || !isObject([]byte(body)) || isPlaces([]byte(body)) {
			continue
		}
		var request any
		if err := json.Unmarshal([]byte(body), &request); err != nil {
			c.Error(err)
		}
		if wrong := description().Components.Schemas["Request"].check("request", request); wrong != "" {
			c.Errorf("%s was taken, but openapi.json refuses it: %s", body, wrong)
		}
	}
}
