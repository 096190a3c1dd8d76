// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An API server of few words: one list of two Services, a watch that tells what the test sends.
type upstream struct {
	server *httptest.Server
	events chan string
	last   atomic.Value // URI of the last request
}

const twoServices = `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[` +
	`{"metadata":{"name":"a","namespace":"d","resourceVersion":"5"}},{"metadata":{"name":"b","namespace":"d","resourceVersion":"6"}}]}`

const oneSlice = `{"kind":"EndpointSliceList","apiVersion":"discovery.k8s.io/v1","metadata":{"resourceVersion":"7"},"items":[` +
	`{"metadata":{"name":"a-1","namespace":"d","resourceVersion":"4","labels":{"kubernetes.io/service-name":"a"}},` +
	`"endpoints":[{"addresses":["10.0.0.1"],"nodeName":"n1","zone":"z","conditions":{"ready":true}}]}]}`

func eventText(name string) string {
	return fmt.Sprintf(`{"type":"MODIFIED","object":{"metadata":{"name":%q,"namespace":"d","resourceVersion":"8"}}}`+"\n", name)
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.last.Store(r.URL.RequestURI())
	switch {
	case r.URL.Query().Get("watch") == "true":
		_ = http.NewResponseController(w).Flush()
		for {
			select {
			case e := <-u.events:
				_, _ = io.WriteString(w, e)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	case r.URL.Path == "/apis":
		_, _ = io.WriteString(w, `{"groups":[{"name":"discovery.k8s.io","versions":[{"groupVersion":"discovery.k8s.io/v1","version":"v1"}]}]}`)
	case strings.HasSuffix(r.URL.Path, "endpointslices"):
		_, _ = io.WriteString(w, oneSlice)
	default:
		_, _ = io.WriteString(w, twoServices)
	}
}

// A proxy before an upstream, and a client of it.
type lab struct {
	t      *testing.T
	u      *upstream
	p      *proxy
	url    string
	dir    string
	client *http.Client
}

func newLab(t *testing.T, h2 bool) *lab {
	dir := t.TempDir()
	if err := makeCerts(dir, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	u := &upstream{events: make(chan string)}
	u.server = httptest.NewUnstartedServer(u)
	u.server.EnableHTTP2 = true
	u.server.StartTLS()
	ca := filepath.Join(dir, "upstream.crt")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: u.server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := newProxy(config{
		upstream: u.server.URL, upstreamCA: ca, cert: filepath.Join(dir, "server.crt"), key: filepath.Join(dir, "server.key"),
		protocols: []string{"h2", "http/1.1"}, seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.log.SetOutput(io.Discard)
	l := &lab{t: t, u: u, p: p, dir: dir}
	l.url = l.serve(p, p)
	l.client = l.newClient(h2)
	t.Cleanup(func() { p.faults.clear(""); p.resetAll("rst"); u.server.CloseClientConnections() })
	return l
}

func (l *lab) serve(p *proxy, handler http.Handler) string {
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { listen.Close() })
	go func() { _ = p.serve(listen, handler) }()
	return "https://" + listen.Addr().String()
}

func (l *lab) newClient(h2 bool) *http.Client {
	transport, err := upstreamTransport(filepath.Join(l.dir, "ca.crt"), "", "")
	if err != nil {
		l.t.Fatal(err)
	}
	if !h2 {
		transport.ForceAttemptHTTP2 = false
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

func (l *lab) ctl(line string) []string {
	l.t.Helper()
	out, err := l.p.control(strings.Fields(line))
	if err != nil {
		l.t.Fatal(line, err)
	}
	return out
}

func (l *lab) get(path string, header ...string) (int, string, http.Header, error) {
	rq, _ := http.NewRequest("GET", l.url+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		rq.Header.Set(header[i], header[i+1])
	}
	answer, err := l.client.Do(rq)
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), answer.Header, err
}

// watch: the lines of one, and nil at its clean end.
func (l *lab) watch(path string) <-chan string {
	answer, err := l.client.Get(l.url + path)
	if err != nil {
		l.t.Fatal(err)
	}
	lines := make(chan string, 16)
	go func() {
		defer close(lines)
		defer answer.Body.Close()
		in := bufio.NewReader(answer.Body)
		for {
			line, err := in.ReadString('\n')
			if line != "" {
				lines <- line
			}
			if err != nil {
				lines <- "end: " + err.Error()
				return
			}
		}
	}()
	return lines
}

func both(t *testing.T, fn func(t *testing.T, l *lab)) {
	for _, h2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("h2=%v", h2), func(t *testing.T) { fn(t, newLab(t, h2)) })
	}
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case line := <-lines:
		return line
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
		return ""
	}
}

const services, watchServices = "/api/v1/services", "/api/v1/services?watch=true"

func TestPassesOn(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		if _, body, _, err := l.get(services); err != nil || body != twoServices {
			t.Fatal(body, err)
		}
		lines := l.watch(watchServices)
		l.u.events <- eventText("a")
		if got := next(t, lines); got != eventText("a") {
			t.Fatal(got)
		}
		if stats := strings.Join(l.ctl("stats"), "\n"); !strings.Contains(stats, "request list services 200 1") {
			t.Fatal(stats)
		}
	})
}

func TestAnswers(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		l.ctl("fault answer status=429 retry=3 count=1 resource=services")
		if status, _, header, _ := l.get(services); status != 429 || header.Get("Retry-After") != "3" {
			t.Fatal(status, header)
		}
		if status, _, _, _ := l.get(services); status != 200 {
			t.Fatal("count=1 struck again:", status)
		}
		l.ctl("fault answer status=403 resource=nodes")
		if status, body, _, _ := l.get("/api/v1/nodes"); status != 403 || !strings.Contains(body, "nodes is forbidden") {
			t.Fatal(status, body)
		}
		l.ctl("fault answer status=401 until=other")
		for _, c := range []struct {
			token  string
			status int
		}{{"old", 401}, {"old", 401}, {"new", 200}, {"old", 401}} {
			if status, _, _, _ := l.get(services, "Authorization", "Bearer "+c.token); status != c.status {
				t.Fatal(c, status)
			}
		}
		l.ctl("clear")
		for _, how := range []string{"rst", "fin", "stream"} {
			l.ctl("fault rst count=9 how=" + how) // the client tries again
			if status, _, _, err := l.get(services); err == nil || status != 0 {
				t.Fatal("rst", how, "answers", status)
			}
			l.ctl("clear")
		}
		if status, _, _, _ := l.get(services, "Authorization", "Bearer old"); status != 200 {
			t.Fatal("after clear:", status)
		}
	})
}

func TestBodies(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		for _, how := range []string{"rst", "fin", "stream"} {
			l.ctl("fault cut count=1 verb=list how=" + how)
			if _, body, _, err := l.get(services); err == nil {
				t.Fatal("not cut by", how, body)
			}
		}
		l.ctl("fault truncate count=1")
		if _, body, _, err := l.get(services); err != nil || json.Valid([]byte(body)) || body == "" {
			t.Fatal("truncate:", body, err)
		}
		for kind, valid := range map[string]bool{"bytes": false, "json": false, "html": false, "shape": true, "array": true, "object": true} {
			l.ctl("fault garble count=1 kind=" + kind)
			if _, body, _, err := l.get(services); err != nil || body == twoServices || json.Valid([]byte(body)) != valid {
				t.Fatal("garble", kind, body, err)
			}
		}
		l.ctl("fault split bytes=1")
		l.ctl("fault split bytes=7 level=tcp")
		if _, body, _, err := l.get(services); err != nil || body != twoServices {
			t.Fatal("split:", body, err)
		}
	})
}

func TestStreams(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		lines := l.watch(watchServices)
		l.ctl("fault expire count=1")
		if got := next(t, lines); !strings.Contains(got, `"code":410`) || next(t, lines) != "end: EOF" {
			t.Fatal(got)
		}
		lines = l.watch(watchServices)
		l.ctl("fault end count=1")
		if got := next(t, lines); got != "end: EOF" {
			t.Fatal(got)
		}
		lines = l.watch(watchServices)
		l.ctl("fault duplicate count=1")
		l.u.events <- eventText("a")
		if next(t, lines) != next(t, lines) {
			t.Fatal("no duplicate")
		}
		l.ctl("fault bookmarks count=1")
		l.u.events <- `{"type":"BOOKMARK","object":{}}` + "\n"
		l.u.events <- eventText("b")
		if got := next(t, lines); got != eventText("b") {
			t.Fatal(got)
		}
		l.ctl("fault cut count=1")
		l.u.events <- eventText("a")
		if got := next(t, lines) + next(t, lines); !strings.HasPrefix(got, `{"type"`) || !strings.Contains(got, "end: ") || strings.Contains(got, "end: EOF") {
			t.Fatal("cut:", got)
		}
	})
}

func TestFreezes(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		for _, fault := range []string{"fault freeze", "fault freeze verb=watch"} {
			lines := l.watch(watchServices)
			l.ctl(fault)
			l.u.events <- eventText("a")
			select {
			case got := <-lines:
				t.Fatal("frozen, and yet:", got)
			case <-time.After(100 * time.Millisecond):
			}
			l.ctl("clear")
			if got := next(t, lines); got != eventText("a") {
				t.Fatal(got)
			}
			l.ctl("fault freeze verb=watch lost=1")
			for !strings.Contains(strings.Join(l.ctl("stats"), "\n"), "lost=1 verb=watch applied=1") {
				time.Sleep(time.Millisecond)
			}
			l.ctl("clear")
			if got := next(t, lines); !strings.HasPrefix(got, "end: ") || got == "end: EOF" {
				t.Fatal("lost, and yet:", got)
			}
		}
		if _, _, _, err := l.get(services); err != nil { // there is a connection
			t.Fatal(err)
		}
		l.ctl("fault half-open")
		l.client.Timeout = 200 * time.Millisecond
		if _, _, _, err := l.get(services); err == nil {
			t.Fatal("the dead connection answers")
		}
		l.client = l.newClient(false)
		if _, _, _, err := l.get(services); err != nil {
			t.Fatal("a new one does not:", err)
		}
	})
}

func TestConnections(t *testing.T) {
	both(t, func(t *testing.T, l *lab) {
		lines := l.watch(watchServices)
		if n := l.ctl("reset"); n[0] == "0" {
			t.Fatal("nothing to reset")
		}
		if got := next(t, lines); !strings.HasPrefix(got, "end: ") || got == "end: EOF" {
			t.Fatal(got)
		}
		l.ctl("fault refuse")
		if _, _, _, err := l.get(services); err == nil {
			t.Fatal("not refused")
		}
		l.ctl("clear")
		for _, name := range []string{"expired", "other-server"} {
			l.ctl("reset")
			l.ctl(fmt.Sprintf("fault cert cert=%s/%s.crt key=%s/%s.key", l.dir, name, l.dir, name))
			var wrong *tls.CertificateVerificationError
			if _, _, _, err := l.get(services); !errors.As(err, &wrong) {
				t.Fatal(name, err)
			}
			l.ctl("clear")
		}
		l.ctl("fault goaway count=1")
		for i := 0; i < 2; i++ {
			if _, body, _, err := l.get(services); err != nil || body != twoServices {
				t.Fatal("goaway:", body, err)
			}
		}
	})
}

func TestOlderServers(t *testing.T) {
	l := newLab(t, true)
	const slices = "/apis/discovery.k8s.io/v1/endpointslices"
	l.ctl("fault v1beta1")
	if status, _, _, _ := l.get(slices); status != 404 {
		t.Fatal("v1 is there:", status)
	}
	_, body, _, _ := l.get(strings.Replace(slices, "v1", "v1beta1", 1))
	for _, want := range []string{`"topology":{"kubernetes.io/hostname":"n1","topology.kubernetes.io/zone":"z"}`, `k8s.io/v1beta1"`} {
		if !strings.Contains(body, want) || strings.Contains(body, "nodeName") {
			t.Fatal(body)
		}
	}
	if _, body, _, _ = l.get("/apis"); strings.Contains(body, `k8s.io/v1"`) || !strings.Contains(body, `"version":"v1beta1"`) {
		t.Fatal(body)
	}
	l.ctl("fault nostream count=1")
	if status, _, _, _ := l.get(watchServices + "&sendInitialEvents=true"); status != 422 {
		t.Fatal(status)
	}
	l.ctl("fault pages limit=3")
	_, _, _, _ = l.get(services + "?limit=500")
	if uri := l.u.last.Load().(string); !strings.Contains(uri, "limit=3") {
		t.Fatal(uri)
	}
	l.ctl("clear")
	l.ctl("fault nostream how=ignored")
	l.watch(watchServices + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
	if uri := l.u.last.Load().(string); strings.Contains(uri, "sendInitialEvents") {
		t.Fatal(uri)
	}
}
