// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// synthesize adds n events to the lists of a recording: each takes the next EndpointSlice that is
// on a Node and makes its first endpoint ready or not ready, in turn, so that each changes what its
// Service has. Of the recording's own events none is kept.
func synthesize(from, to string, n int) error {
	out, err := newRecorder(to)
	if err != nil {
		return err
	}
	slices := []map[string]any{}
	path := ""
	err = readRecording(from, func(rec record) error {
		if rec.List == nil {
			return nil
		}
		out.write(rec)
		if !strings.HasSuffix(rec.Path, "/endpointslices") {
			return nil
		}
		path = rec.Path
		found, err := slicesOnNodes(rec.List)
		slices = append(slices, found...)
		return err
	})
	if err != nil {
		return err
	}
	if len(slices) == 0 {
		return fmt.Errorf("%s: no EndpointSlice with an endpoint on a node", from)
	}
	for i := 0; i < n; i++ {
		event, err := toggled(slices[i%len(slices)])
		if err != nil {
			return err
		}
		out.write(record{Path: path, Event: event, Time: time.Now().UnixNano()})
	}
	_, err = out.close()
	return err
}

func slicesOnNodes(body json.RawMessage) ([]map[string]any, error) {
	var l struct {
		APIVersion string           `json:"apiVersion"`
		Items      []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(body, &l); err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, slice := range l.Items {
		endpoints, _ := slice["endpoints"].([]any)
		if len(endpoints) == 0 {
			continue
		}
		if first, _ := endpoints[0].(map[string]any); first["nodeName"] != nil {
			slice["kind"], slice["apiVersion"] = "EndpointSlice", l.APIVersion
			out = append(out, slice)
		}
	}
	return out, nil
}

// toggled: the event that makes the first endpoint the opposite of what it is.
func toggled(slice map[string]any) (json.RawMessage, error) {
	endpoint, ok := slice["endpoints"].([]any)[0].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("an endpoint that is none")
	}
	conditions, ok := endpoint["conditions"].(map[string]any)
	if !ok {
		conditions = map[string]any{}
		endpoint["conditions"] = conditions
	}
	ready := conditions["ready"] == false
	conditions["ready"], conditions["serving"] = ready, ready
	return json.Marshal(map[string]any{"type": "MODIFIED", "object": slice})
}
