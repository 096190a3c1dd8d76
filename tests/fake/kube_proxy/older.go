// SPDX-License-Identifier: GPL-2.0-or-later

package main

// What older API servers do otherwise: EndpointSlices of v1beta1, no streaming lists.

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const sliceGroup = "discovery.k8s.io"

// refusesStreaming: a watch with sendInitialEvents, as a server says that does not know it.
func (x *exchange) refusesStreaming() bool {
	if x.r.URL.Query().Get("sendInitialEvents") == "" {
		return false
	}
	f := x.p.faults.find("nostream", x.rq)
	if f == nil || f.args["how"] == "ignored" || x.p.faults.take("nostream", x.rq) == nil {
		return false
	}
	if f.args["how"] == "bad" {
		x.answer(http.StatusBadRequest, "unknown parameter sendInitialEvents", "")
	} else {
		x.answer(http.StatusUnprocessableEntity, "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: "+
			"sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled", "")
	}
	return true
}

// oldSlices: this is about EndpointSlices, and they are of v1beta1.
func (x *exchange) oldSlices() bool {
	return x.rq.resource == "endpointslices" && x.p.faults.find("v1beta1", x.rq) != nil
}

// hidesVersion: discovery.k8s.io/v1 does not exist.
func (x *exchange) hidesVersion() bool {
	path := "/apis/" + sliceGroup + "/v1"
	if x.r.URL.Path != path && !strings.HasPrefix(x.r.URL.Path, path+"/") {
		return false
	}
	if x.p.faults.take("v1beta1", x.rq) == nil {
		return false
	}
	x.answer(http.StatusNotFound, "the server could not find the requested resource", "")
	return true
}

// askOtherwise: what goes upstream in place of what the client asks.
func (x *exchange) askOtherwise(out *http.Request) {
	if f := x.p.faults.find("nostream", x.rq); f != nil && f.args["how"] == "ignored" {
		query := out.URL.Query()
		if query.Get("sendInitialEvents") != "" {
			x.p.faults.take("nostream", x.rq)
			query.Del("sendInitialEvents")
			query.Del("resourceVersionMatch")
			out.URL.RawQuery = query.Encode()
		}
	}
	if f := x.p.faults.find("pages", x.rq); f != nil && x.rq.verb == "list" {
		x.p.faults.take("pages", x.rq)
		query := out.URL.Query()
		query.Set("limit", f.args["limit"])
		out.URL.RawQuery = query.Encode()
	}
	if x.p.faults.find("v1beta1", x.rq) == nil {
		return
	}
	if x.rq.verb == "discover" {
		out.Header.Set("Accept", "application/json") // not the aggregated form
	}
	old := "/apis/" + sliceGroup + "/v1beta1"
	if strings.HasPrefix(out.URL.Path, old) {
		x.p.faults.take("v1beta1", x.rq)
		out.URL.Path = strings.Replace(out.URL.Path, old, "/apis/"+sliceGroup+"/v1", 1)
	}
}

// discovery passes a discovery document on, with v1beta1 in the place of v1.
func (x *exchange) discovery(answer *http.Response, out io.Writer) {
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		x.abort("stream")
	}
	if strings.HasPrefix(x.r.URL.Path, "/apis") && x.p.faults.find("v1beta1", x.rq) != nil {
		body = bytes.ReplaceAll(body, []byte(`"groupVersion":"`+sliceGroup+`/v1","version":"v1"`),
			[]byte(`"groupVersion":"`+sliceGroup+`/v1beta1","version":"v1beta1"`))
		body = bytes.ReplaceAll(body, []byte(`"groupVersion":"`+sliceGroup+`/v1"`),
			[]byte(`"groupVersion":"`+sliceGroup+`/v1beta1"`))
	}
	if f := x.p.faults.take("garble", x.rq); f != nil {
		body = x.garbleList(f.args["kind"], body)
	}
	x.w.WriteHeader(answer.StatusCode)
	if _, err := out.Write(body); err != nil {
		x.abort("stream")
	}
}

// olderSlice: v1 -> v1beta1: the node and the zone are topology labels.
func olderSlice(text json.RawMessage) json.RawMessage {
	var slice map[string]any
	if json.Unmarshal(text, &slice) != nil {
		return text
	}
	if slice["apiVersion"] != nil {
		slice["apiVersion"] = sliceGroup + "/v1beta1"
	}
	endpoints, _ := slice["endpoints"].([]any)
	for _, e := range endpoints {
		endpoint, _ := e.(map[string]any)
		topology := map[string]any{}
		if old, ok := endpoint["deprecatedTopology"].(map[string]any); ok {
			topology = old
		}
		for from, to := range map[string]string{"nodeName": "kubernetes.io/hostname", "zone": "topology.kubernetes.io/zone"} {
			if value := endpoint[from]; value != nil {
				topology[to] = value
			}
			delete(endpoint, from)
		}
		delete(endpoint, "deprecatedTopology")
		if len(topology) > 0 {
			endpoint["topology"] = topology
		}
	}
	out, err := json.Marshal(slice)
	if err != nil {
		return text
	}
	return out
}

func olderList(body []byte) []byte {
	var l listBody
	if json.Unmarshal(body, &l) != nil {
		return body
	}
	l.APIVersion = sliceGroup + "/v1beta1"
	for i := range l.Items {
		l.Items[i] = olderSlice(l.Items[i])
	}
	out, err := json.Marshal(l)
	if err != nil {
		return body
	}
	return out
}

func olderEvent(line []byte) []byte {
	var e watchEvent
	if json.Unmarshal(line, &e) != nil || e.Type == "ERROR" {
		return line
	}
	e.Object = olderSlice(e.Object)
	out, err := json.Marshal(e)
	if err != nil {
		return line
	}
	return append(out, '\n')
}

var reasons = map[int]string{
	400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired",
	422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
}

// answer: a Status in place of what was asked for.
func (x *exchange) answer(status int, text, retryAfter string) {
	if text == "" {
		text = x.text(status)
	}
	body, _ := json.Marshal(map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"message": text, "reason": reasons[status], "code": status,
	})
	x.status = status
	if retryAfter != "" {
		x.w.Header().Set("Retry-After", retryAfter)
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body)
}

// text: what the API server says.
func (x *exchange) text(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Unauthorized"
	case http.StatusForbidden:
		return x.rq.resource + " is forbidden: User \"grevy\" cannot " + x.rq.verb + " resource \"" + x.rq.resource +
			"\" in API group \"" + x.rq.group + "\" at the cluster scope"
	case http.StatusGone:
		return "The resourceVersion for the provided list is too old."
	case http.StatusTooManyRequests:
		return "Too many requests, please try again later."
	default:
		return http.StatusText(status)
	}
}
