// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What every fault takes: which requests it is for, how often and how likely it strikes.
var commonKeys = "path agent verb resource count p"

// The faults: what each takes besides, and what it does.
var faultKinds = map[string]struct{ keys, about string }{
	"refuse":     {"", "new connections are reset at once"},
	"freeze":     {"lost", "nothing is forwarded, TCP lives; of the matching requests alone when one of path, agent, verb, resource is given; lost=1: they are aborted after it"},
	"half-open":  {"", "the connections that there are never forward anything again, new ones do"},
	"corrupt":    {"", "one byte of what a connection writes is another: below TLS"},
	"cert":       {"cert key", "another certificate, for new connections"},
	"http1":      {"", "new connections are not offered HTTP/2"},
	"split":      {"bytes ms level", "bodies in pieces of that many bytes, each flushed; level=tcp: pieces of the TCP stream"},
	"delay":      {"ms", "a wait before each piece of a body"},
	"answer":     {"status retry until text", "this status instead of forwarding; retry=SECONDS: Retry-After; until=other: only to the credentials that were seen first"},
	"rst":        {"how", "the request is reset instead of answered; how=stream (HTTP/2's RST_STREAM), rst (of TCP), fin"},
	"goaway":     {"", "HTTP/2's GOAWAY with the answer, Connection: close in HTTP/1.1"},
	"cut":        {"how", "a body ends in the middle of an object, by how=rst (of TCP), fin or stream"},
	"truncate":   {"", "a body ends cleanly in the middle of an object"},
	"garble":     {"kind", "kind=bytes, json (invalid), open (of an event: without its end), shape (another than expected), object (a bad one among the good), html, array"},
	"expire":     {"", "an ERROR event with code 410 in the watch, which then ends; at once"},
	"end":        {"", "a watch ends cleanly, at once"},
	"bookmarks":  {"initial", "no bookmarks in a watch; initial=1: not the one at the end of a streaming list, too"},
	"duplicate":  {"", "each event of a watch twice"},
	"nostream":   {"how", "sendInitialEvents is how=refused (422), bad (400) or ignored"},
	"pages":      {"limit", "a LIST comes in pages of that many objects"},
	"v1beta1":    {"", "discovery.k8s.io has v1beta1 alone, as before 1.21: topology instead of nodeName"},
	"stale":      {"", "a LIST is answered with the first one that went by since the last clear"},
	"noversions": {"", "discovery answers 404"},
}

// A fault that was asked for.
type fault struct {
	id             int
	name           string
	args           map[string]string
	path, agent    *regexp.Regexp
	verb, resource string
	left           int // how often it still strikes; -1 = always
	p              float64
	applied        int
	creds          string    // answer until=other: whom it is for
	since          time.Time // half-open: for the connections before
}

// forRequests: it does not concern every request.
func (f *fault) forRequests() bool {
	return f.path != nil || f.agent != nil || f.verb != "" || f.resource != ""
}

func (f *fault) number(key string, otherwise int) int {
	if n, err := strconv.Atoi(f.args[key]); err == nil {
		return n
	}
	return otherwise
}

func (f *fault) String() string {
	words := []string{}
	for k, v := range f.args {
		words = append(words, k+"="+v)
	}
	sort.Strings(words)
	return fmt.Sprintf("fault %d %s %s applied=%d", f.id, f.name, strings.Join(words, " "), f.applied)
}

func parseFault(words []string) (*fault, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("which fault?")
	}
	kind, known := faultKinds[words[0]]
	if !known {
		return nil, fmt.Errorf("no fault %q", words[0])
	}
	f := &fault{name: words[0], args: map[string]string{}, left: -1, p: 1, since: time.Now()}
	allowed := strings.Fields(commonKeys + " " + kind.keys)
	for _, word := range words[1:] {
		key, value, found := strings.Cut(word, "=")
		if !found || !contains(allowed, key) {
			return nil, fmt.Errorf("%s: takes KEY=VALUE of %s, not %q", f.name, strings.Join(allowed, " "), word)
		}
		f.args[key] = value
	}
	return f, f.compile()
}

func (f *fault) compile() (err error) {
	f.verb, f.resource = f.args["verb"], f.args["resource"]
	if s, given := f.args["path"]; given {
		if f.path, err = regexp.Compile(s); err != nil {
			return err
		}
	}
	if s, given := f.args["agent"]; given {
		if f.agent, err = regexp.Compile(s); err != nil {
			return err
		}
	}
	if s, given := f.args["count"]; given {
		if f.left, err = strconv.Atoi(s); err != nil {
			return err
		}
	}
	if s, given := f.args["p"]; given {
		f.p, err = strconv.ParseFloat(s, 64)
	}
	return err
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// The faults that are active.
type faultSet struct {
	mu     sync.Mutex
	list   []*fault
	next   int
	random *rand.Rand
	turn   chan struct{} // closed whenever the set is another
}

func newFaultSet(seed int64) *faultSet {
	return &faultSet{random: rand.New(rand.NewSource(seed)), turn: make(chan struct{})}
}

func (s *faultSet) add(f *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	f.id = s.next
	s.list = append(s.list, f)
	s.changedLocked()
}

// clear: name "" is all of them. A half-open connection stays so.
func (s *faultSet) clear(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := []*fault{}
	for _, f := range s.list {
		if name != "" && f.name != name {
			kept = append(kept, f)
		}
	}
	s.list = kept
	s.changedLocked()
}

func (s *faultSet) changedLocked() {
	close(s.turn)
	s.turn = make(chan struct{})
}

// changed is closed when the set changes next.
func (s *faultSet) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turn
}

// find: the first fault of that name for this request, without counting; rq nil: any.
func (s *faultSet) find(name string, rq *request) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.findLocked(name, rq)
}

func (s *faultSet) findLocked(name string, rq *request) *fault {
	for _, f := range s.list {
		if f.name == name && f.left != 0 && (rq == nil || f.matches(rq)) {
			return f
		}
	}
	return nil
}

// take: as find, and it strikes, or does not by its probability.
func (s *faultSet) take(name string, rq *request) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.findLocked(name, rq)
	if f == nil || (f.p < 1 && s.random.Float64() >= f.p) {
		return nil
	}
	if f.args["until"] == "other" && rq != nil {
		if f.creds == "" {
			f.creds = rq.creds
		}
		if f.creds != rq.creds {
			return nil
		}
	}
	if f.left > 0 {
		f.left--
	}
	f.applied++
	return f
}

func (s *faultSet) intn(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Intn(n)
}

func (s *faultSet) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{}
	for _, f := range s.list {
		out = append(out, f.String())
	}
	return out
}

func (f *fault) matches(rq *request) bool {
	return (f.verb == "" || f.verb == rq.verb) && (f.resource == "" || f.resource == rq.resource) &&
		(f.path == nil || f.path.MatchString(rq.uri)) && (f.agent == nil || f.agent.MatchString(rq.agent))
}

// What a request is about.
type request struct {
	path     string
	verb     string // list, watch, get, create, update, patch, delete, discover
	group    string // "" = core
	version  string
	resource string // "services", "services/status"; "" of discovery
	uri      string // path and query
	agent    string
	creds    string // a short hash of the token or the serial number of the certificate; "" = none
}

var writeVerbs = map[string]string{
	http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "patch", http.MethodDelete: "delete",
}

// classify reads what the API server reads: /api/VERSION/... or /apis/GROUP/VERSION/...
func classify(r *http.Request) *request {
	rq := &request{uri: r.URL.RequestURI(), path: r.URL.Path, agent: r.UserAgent(), creds: credentialsOf(r), verb: "discover"}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		rq.version, parts = parts[1], parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		rq.group, rq.version, parts = parts[1], parts[2], parts[3:]
	default:
		return rq
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		parts = parts[2:]
	}
	rq.resource = parts[0]
	if len(parts) > 2 {
		rq.resource += "/" + parts[2]
	}
	watch := r.URL.Query().Get("watch")
	switch {
	case writeVerbs[r.Method] != "":
		rq.verb = writeVerbs[r.Method]
	case watch == "true" || watch == "1":
		rq.verb = "watch"
	case len(parts) == 1:
		rq.verb = "list"
	default:
		rq.verb = "get"
	}
	return rq
}
