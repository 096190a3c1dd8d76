// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// A LIST or one event of a watch, as far as somebody looks into it; Raw keeps the rest as it is.
type listBody struct {
	Kind       string            `json:"kind"`
	APIVersion string            `json:"apiVersion"`
	Metadata   json.RawMessage   `json:"metadata"`
	Items      []json.RawMessage `json:"items"`
}

type watchEvent struct {
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object"`
}

// What of an object's metadata somebody looks at.
type objectMeta struct {
	Metadata struct {
		Namespace       string            `json:"namespace"`
		Name            string            `json:"name"`
		ResourceVersion string            `json:"resourceVersion"`
		Continue        string            `json:"continue,omitempty"`
		Labels          map[string]string `json:"labels"`
		Annotations     map[string]string `json:"annotations"`
	} `json:"metadata"`
}

// list passes a whole LIST on, or what a fault makes of it.
func (x *exchange) list(answer *http.Response, out io.Writer) {
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		x.abort("stream")
	}
	if x.oldSlices() {
		body = olderList(body)
	}
	x.p.recorder().list(x.rq, body)
	body = x.stale(body)
	if f := x.p.faults.take("garble", x.rq); f != nil {
		body = x.garbleList(f.args["kind"], body)
	}
	how, end := x.ending()
	if end {
		body = body[:len(body)/2]
	}
	x.w.WriteHeader(answer.StatusCode)
	if _, err := out.Write(body); err != nil || (end && how != "") {
		x.abort(how)
	}
}

// ending: a body is to end in its middle; how "" is cleanly.
func (x *exchange) ending() (how string, end bool) {
	if f := x.p.faults.take("cut", x.rq); f != nil {
		if how = f.args["how"]; how == "" {
			how = "rst"
		}
		return how, true
	}
	return "", x.p.faults.take("truncate", x.rq) != nil
}

// stale: the first such list that went by, in place of this one.
func (x *exchange) stale(body []byte) []byte {
	x.p.mu.Lock()
	first, have := x.p.lists[x.r.URL.Path]
	if !have {
		x.p.lists[x.r.URL.Path], first = body, body
	}
	x.p.mu.Unlock()
	if x.p.faults.take("stale", x.rq) != nil {
		return first
	}
	return body
}

// watch passes events on, one at a time; what a fault asks for at once is done at once.
func (x *exchange) watch(body io.Reader, out io.Writer) {
	_ = http.NewResponseController(x.w).Flush() // the head, before there is an event
	lines, ended := make(chan []byte), make(chan error, 1)
	go func() {
		ended <- eachLine(body, func(line []byte) bool {
			select {
			case lines <- line:
				return true
			case <-x.r.Context().Done():
				return false
			}
		})
	}()
	for {
		changed := x.p.faults.changed()
		if x.atOnce(out) {
			return
		}
		select {
		case line := <-lines:
			if x.event(line, out) {
				return
			}
		case err := <-ended:
			if err != io.EOF {
				x.abort("stream")
			}
			return
		case <-changed:
		case <-x.r.Context().Done():
			return
		}
	}
}

func eachLine(body io.Reader, fn func([]byte) bool) error {
	in := bufio.NewReaderSize(body, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return err
		}
		if !fn(line) {
			return io.EOF
		}
	}
}

const expired = `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
	`"message":"too old resource version: 1 (2)","reason":"Expired","code":410}}` + "\n"

// atOnce: faults that wait for no event. Return: the watch is over.
func (x *exchange) atOnce(out io.Writer) bool {
	if x.thaw() {
		x.abort("stream")
	}
	if x.p.faults.take("expire", x.rq) != nil {
		_, _ = io.WriteString(out, expired)
		return true
	}
	return x.p.faults.take("end", x.rq) != nil
}

// event passes one on. Return: the watch is over.
func (x *exchange) event(line []byte, out io.Writer) bool {
	if x.thaw() {
		x.abort("stream")
	}
	if x.oldSlices() {
		line = olderEvent(line)
	}
	x.p.recorder().event(x.rq, line)
	if x.isBookmark(line) && x.dropsBookmark(line) {
		return false
	}
	if how, end := x.ending(); end {
		_, _ = out.Write(line[:len(line)/2])
		if how != "" {
			x.abort(how)
		}
		return true
	}
	if f := x.p.faults.take("garble", x.rq); f != nil {
		line = x.garbleEvent(f.args["kind"], line)
	}
	if x.p.faults.take("duplicate", x.rq) != nil {
		line = append(append([]byte(nil), line...), line...)
	}
	_, err := out.Write(line)
	return err != nil
}

func (x *exchange) isBookmark(line []byte) bool {
	return bytes.HasPrefix(line, []byte(`{"type":"BOOKMARK"`))
}

// dropsBookmark: the one that ends a streaming list stays, unless initial=1.
func (x *exchange) dropsBookmark(line []byte) bool {
	f := x.p.faults.find("bookmarks", x.rq)
	if f == nil || (f.args["initial"] != "1" && bytes.Contains(line, []byte("k8s.io/initial-events-end"))) {
		return false
	}
	return x.p.faults.take("bookmarks", x.rq) != nil
}
