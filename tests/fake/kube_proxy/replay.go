// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// A server that answers from a recording: discovery, LIST, WATCH. After "start" the recorded
// events happen, at a rate; each is stamped when it is handed to the watches.
type replayer struct {
	p     *proxy
	store *store
	sent  chan struct{} // closed when all events were sent
	begun bool
}

// clockMonotonic: CLOCK_MONOTONIC, ns: what other programs on this machine measure with.
func clockMonotonic() int64 {
	var t syscall.Timespec
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

// start sends the events: rate a second, or as fast as can be (0), or as recorded (-1). Into
// the file go lines "VERSION MONOTONIC_NS UNIX_NS NAMESPACE/NAME SERVICE".
func (y *replayer) start(rate float64, stamps string) error {
	if y.begun {
		return fmt.Errorf("started already")
	}
	f, err := os.Create(stamps)
	if err != nil {
		return err
	}
	y.begun = true
	go func() {
		defer close(y.sent)
		defer f.Close()
		out := bufio.NewWriterSize(f, 1<<20)
		defer out.Flush()
		began := time.Now()
		for i := range y.store.events {
			e := &y.store.events[i]
			time.Sleep(time.Until(began.Add(y.due(i, rate))))
			mono, unix := clockMonotonic(), time.Now().UnixNano()
			version := y.store.send(e)
			fmt.Fprintf(out, "%d %d %d %s %s\n", version, mono, unix, e.key, e.service)
		}
	}()
	return nil
}

func (y *replayer) due(i int, rate float64) time.Duration {
	switch {
	case rate > 0:
		return time.Duration(float64(i) / rate * float64(time.Second))
	case rate < 0:
		return time.Duration(y.store.events[i].time - y.store.events[0].time)
	default:
		return 0
	}
}

func (y *replayer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{p: y.p, w: w, r: r, rq: classify(r)}
	defer func() { y.p.count(x) }()
	c := y.store.collections[r.URL.Path]
	switch {
	case x.rq.verb == "discover":
		y.discover(x)
	case c == nil && x.rq.verb == "list":
		y.json(x, []byte(`{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1000"},"items":[]}`))
	case c == nil && x.rq.verb != "watch":
		x.answer(http.StatusNotFound, "not in the recording", "")
	case x.rq.verb == "list":
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		y.json(x, y.store.page(c, from, limit))
	default:
		y.watch(x, c)
	}
}

func (y *replayer) json(x *exchange, body []byte) {
	x.status = http.StatusOK
	x.w.Header().Set("Content-Type", "application/json")
	_, _ = x.w.Write(body)
}

// watch: c is nil of what the recording does not have: it stays silent.
func (y *replayer) watch(x *exchange, c *collection) {
	query := x.r.URL.Query()
	x.status = http.StatusOK
	x.w.Header().Set("Content-Type", "application/json")
	flush := func() { _ = http.NewResponseController(x.w).Flush() }
	seconds, _ := strconv.Atoi(query.Get("timeoutSeconds"))
	if seconds == 0 {
		seconds = 1800
	}
	timeout := time.After(time.Duration(seconds) * time.Second)
	if c == nil {
		c = &collection{kind: "List", version: "v1"}
	}
	at, _ := strconv.Atoi(query.Get("resourceVersion"))
	if query.Get("sendInitialEvents") == "true" {
		var lines [][]byte
		lines, at = y.store.initial(c)
		for _, line := range lines {
			_, _ = x.w.Write(line)
		}
	}
	flush()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		lines, now, changed := y.store.since(c, at)
		at = now
		for _, line := range lines {
			if _, err := x.w.Write(line); err != nil {
				return
			}
			flush() // each on its own, as the API server does
		}
		select {
		case <-changed:
		case <-minute.C:
			_, _ = x.w.Write(bookmark(c, at, ""))
			flush()
		case <-timeout:
			return
		case <-x.r.Context().Done():
			return
		}
	}
}

// discover: the versions and resources that the recording has.
func (y *replayer) discover(x *exchange) {
	groups := map[string]bool{}
	resources := map[string][]map[string]any{}
	for path, c := range y.store.collections {
		parts := strings.Split(strings.Trim(path, "/"), "/")
		groupVersion := strings.Join(parts[1:len(parts)-1], "/")
		groups[groupVersion] = true
		kind := strings.TrimSuffix(c.kind, "List")
		resources["/"+parts[0]+"/"+groupVersion] = append(resources["/"+parts[0]+"/"+groupVersion], map[string]any{
			"name": parts[len(parts)-1], "kind": kind, "singularName": strings.ToLower(kind),
			"namespaced": kind != "Node" && kind != "Namespace", "verbs": []string{"get", "list", "watch"},
		})
	}
	path := strings.TrimRight(x.r.URL.Path, "/")
	if list := resources[path]; list != nil {
		y.document(x, map[string]any{
			"kind": "APIResourceList", "apiVersion": "v1", "resources": list,
			"groupVersion": strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/"),
		})
		return
	}
	switch path {
	case "/version":
		y.document(x, map[string]any{"major": "1", "minor": "36", "gitVersion": "v1.36.3"})
	case "/api":
		y.document(x, map[string]any{"kind": "APIVersions", "versions": []string{"v1"}})
	case "/apis":
		all := []any{}
		for group := range groups {
			if name, version, found := strings.Cut(group, "/"); found {
				all = append(all, groupDocument(name, version))
			}
		}
		y.document(x, map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": all})
	default:
		for group := range groups {
			if name, version, _ := strings.Cut(group, "/"); path == "/apis/"+name {
				y.document(x, groupDocument(name, version))
				return
			}
		}
		x.answer(http.StatusNotFound, "", "")
	}
}

func groupDocument(name, version string) map[string]any {
	served := map[string]any{"groupVersion": name + "/" + version, "version": version}
	return map[string]any{
		"kind": "APIGroup", "apiVersion": "v1", "name": name, "versions": []any{served}, "preferredVersion": served,
	}
}

func (y *replayer) document(x *exchange, doc map[string]any) {
	body, _ := json.Marshal(doc)
	y.json(x, append(body, '\n'))
}
