// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

const html = "<html><head><title>Login</title></head><body>Please log in to the guest network.</body></html>\n"

// Objects that no API server has, each for every kind.
var badObjects = []string{
	`{"metadata":{"name":"garbled-0","namespace":"default","uid":"g0","resourceVersion":"1"},"spec":"text",` +
		`"endpoints":{"addresses":7},"addressType":4,"status":[]}`,
	`{"metadata":{"namespace":"default","resourceVersion":"1"},"spec":{"type":"LoadBalancer"}}`,
	`{"metadata":"text"}`,
	`{"metadata":{"name":"garbled-1","namespace":"default","uid":"g1","resourceVersion":"1"},` +
		`"spec":{"type":"LoadBalancer","ports":[{"port":99999999999999999999}],"clusterIPs":[1]},` +
		`"endpoints":[{"addresses":["not an address"],"nodeName":5}],"addressType":"IPv9",` +
		`"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.256"}]},"addresses":[{"type":"InternalIP","address":"x"}]}}`,
	`{}`,
}

// garbleEvent: one line of a watch, of that kind of nonsense.
func (x *exchange) garbleEvent(kind string, line []byte) []byte {
	switch kind {
	case "json":
		return []byte(strings.Replace(string(line), ":", "", 1))
	case "open":
		return append(bytes.TrimRight(line, "}\n"), '\n')
	case "shape":
		return []byte(`{"type":"MODIFIED","object":["not","an","object"]}` + "\n")
	case "array":
		return append(append([]byte("["), bytes.TrimSpace(line)...), "]\n"...)
	case "html":
		return []byte(html)
	case "object":
		bad := badObjects[x.p.faults.intn(len(badObjects))]
		return append([]byte(fmt.Sprintf(`{"type":"ADDED","object":%s}`+"\n", x.dress(bad))), line...)
	default:
		return x.flip(line)
	}
}

func (x *exchange) garbleList(kind string, body []byte) []byte {
	switch kind {
	case "json":
		return []byte(strings.Replace(string(body), ":", "", 1))
	case "shape":
		return []byte(`{"kind":"` + `List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":{"a":1}}`)
	case "array":
		return append(append([]byte("["), bytes.TrimSpace(body)...), ']')
	case "html":
		return []byte(html)
	case "object":
		return x.badAmongGood(body)
	default:
		return x.flip(body)
	}
}

// badAmongGood: every bad object, between the good ones.
func (x *exchange) badAmongGood(body []byte) []byte {
	var l listBody
	if json.Unmarshal(body, &l) != nil {
		return body
	}
	for _, bad := range badObjects {
		at := x.p.faults.intn(len(l.Items) + 1)
		l.Items = append(l.Items[:at], append([]json.RawMessage{json.RawMessage(bad)}, l.Items[at:]...)...)
	}
	out, err := json.Marshal(l)
	if err != nil {
		return body
	}
	return out
}

// dress gives an object the kind that is watched.
func (x *exchange) dress(object string) string {
	kinds := map[string]string{
		"services": "Service", "endpointslices": "EndpointSlice", "nodes": "Node", "namespaces": "Namespace",
	}
	version := strings.TrimPrefix(x.rq.group+"/"+x.rq.version, "/")
	if object == "{}" {
		return object
	}
	return fmt.Sprintf(`{"kind":%q,"apiVersion":%q,%s`, kinds[x.rq.resource], version, object[1:])
}

// flip changes bytes, the first among them: what is left must be no JSON, or it would be an object
// that somebody may have meant; and who steps over a part of it need not look at that part.
func (x *exchange) flip(text []byte) []byte {
	out := append([]byte(nil), text...)
	for n, at := 0, 0; n < 4 && len(out) > 1; n, at = n+1, x.p.faults.intn(len(out)-1) {
		out[at] ^= byte(1 + x.p.faults.intn(255))
		if out[at] == '\n' || out[at] == ' ' {
			out[at] = 1
		}
	}
	return out
}
