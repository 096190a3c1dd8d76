// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// The objects of one path of a recording, as they are after the events that were sent.
type collection struct {
	path, kind, version string
	items               map[string]json.RawMessage // by namespace/name
	log                 []sentEvent                // what was sent, oldest first
}

// An event with its place in the order of all of them.
type sentEvent struct {
	version int
	line    []byte
}

// A recording as an API server would have it. The versions are ours: they count from 1000.
type store struct {
	mu          sync.Mutex
	collections map[string]*collection
	events      []event // to be sent, in order
	version     int
	turn        chan struct{} // closed whenever an event was sent
}

// An event that is to be sent.
type event struct {
	time    int64 // when it was recorded, Unix time, ns
	path    string
	kind    string // "MODIFIED"
	object  json.RawMessage
	key     string // namespace/name
	service string // that a label names
	version string // as recorded
}

const firstVersion = 1000

func loadStore(path string) (*store, error) {
	s := &store{collections: map[string]*collection{}, version: firstVersion, turn: make(chan struct{})}
	err := readRecording(path, func(rec record) error {
		if rec.Event != nil {
			return s.addEvent(rec)
		}
		return s.addList(rec)
	})
	return s, err
}

// addList: a page. The first list of a path is where the stream starts from; a later page adds.
func (s *store) addList(rec record) error {
	var l listBody
	if err := json.Unmarshal(rec.List, &l); err != nil {
		return err
	}
	c := s.collections[rec.Path]
	if c == nil {
		c = &collection{path: rec.Path, items: map[string]json.RawMessage{}}
		s.collections[rec.Path] = c
	}
	c.kind, c.version = l.Kind, l.APIVersion
	for _, item := range l.Items {
		key, err := keyOf(item)
		if err != nil {
			return err
		}
		c.items[key] = item
	}
	return nil
}

func keyOf(object json.RawMessage) (string, error) {
	var m objectMeta
	err := json.Unmarshal(object, &m)
	return m.Metadata.Namespace + "/" + m.Metadata.Name, err
}

func (s *store) addEvent(rec record) error {
	var e watchEvent
	var m objectMeta
	if err := json.Unmarshal(rec.Event, &e); err != nil {
		return err
	}
	if err := json.Unmarshal(e.Object, &m); err != nil {
		return err
	}
	if s.collections[rec.Path] == nil {
		return fmt.Errorf("%s: an event, and no list", rec.Path)
	}
	if e.Type != "BOOKMARK" {
		s.events = append(s.events, event{
			time: rec.Time, path: rec.Path, kind: e.Type, object: e.Object, version: m.Metadata.ResourceVersion,
			key: m.Metadata.Namespace + "/" + m.Metadata.Name, service: m.Metadata.Labels["kubernetes.io/service-name"],
		})
	}
	return nil
}

// send: this event happens now. Return: its version.
func (s *store) send(e *event) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[e.path]
	s.version++
	object := withVersion(e, s.version)
	if e.kind == "DELETED" {
		delete(c.items, e.key)
	} else {
		c.items[e.key] = object
	}
	c.log = append(c.log, sentEvent{s.version, []byte(fmt.Sprintf(`{"type":%q,"object":%s}`+"\n", e.kind, object))})
	close(s.turn)
	s.turn = make(chan struct{})
	return s.version
}

// withVersion replaces the text of resourceVersion, nothing else.
func withVersion(e *event, version int) json.RawMessage {
	old := fmt.Sprintf(`"resourceVersion":%q`, e.version)
	return json.RawMessage(strings.Replace(string(e.object), old, fmt.Sprintf(`"resourceVersion":"%d"`, version), 1))
}

// page: a LIST body from the object of that number on; limit 0 = all.
func (s *store) page(c *collection, from, limit int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := sortedKeys(c.items)
	meta := fmt.Sprintf(`{"resourceVersion":"%d"}`, s.version)
	to := len(keys)
	if limit > 0 && from+limit < to {
		to = from + limit
		meta = fmt.Sprintf(`{"resourceVersion":"%d","continue":"%d","remainingItemCount":%d}`, s.version, to, len(keys)-to)
	}
	out := []byte(fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"metadata":%s,"items":[`, c.kind, c.version, meta))
	for i := min(from, to); i < to; i++ {
		if i > from {
			out = append(out, ',')
		}
		out = append(out, c.items[keys[i]]...)
	}
	return append(out, "]}\n"...)
}

func sortedKeys(items map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(items))
	for key := range items {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// since: the lines after a version, the version that is reached, and what is closed at the next event.
func (s *store) since(c *collection, version int) (lines [][]byte, now int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := sort.Search(len(c.log), func(i int) bool { return c.log[i].version > version })
	for _, e := range c.log[at:] {
		lines = append(lines, e.line)
	}
	return lines, s.version, s.turn
}

// initial: the lines of a streaming list, with the bookmark at its end.
func (s *store) initial(c *collection) (lines [][]byte, now int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range sortedKeys(c.items) {
		lines = append(lines, []byte(fmt.Sprintf(`{"type":"ADDED","object":%s}`+"\n", withKind(c, c.items[key]))))
	}
	return append(lines, bookmark(c, s.version, `,"annotations":{"k8s.io/initial-events-end":"true"}`)), s.version
}

// withKind: items of a LIST do not say their kind, those of a watch do.
func withKind(c *collection, object json.RawMessage) string {
	text := string(object)
	if strings.HasPrefix(text, `{"kind"`) || strings.HasPrefix(text, `{"apiVersion"`) {
		return text
	}
	return fmt.Sprintf(`{"kind":%q,"apiVersion":%q,%s`, strings.TrimSuffix(c.kind, "List"), c.version, text[1:])
}

func bookmark(c *collection, version int, more string) []byte {
	return []byte(fmt.Sprintf(`{"type":"BOOKMARK","object":{"kind":%q,"apiVersion":%q,"metadata":{"resourceVersion":"%s"%s}}}`+"\n",
		strings.TrimSuffix(c.kind, "List"), c.version, strconv.Itoa(version), more))
}
