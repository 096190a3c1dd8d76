// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

// What the command line says.
type config struct {
	listen, control         string
	cert, key, clientCA     string
	upstream, upstreamCA    string
	upstreamCert, upstreamK string // for clients that come with a certificate
	protocols               []string
	seed                    int64
	requests                string // a file: a line for each request
}

// The proxy, and what it has seen.
type proxy struct {
	conf         config
	faults       *faultSet
	log          *log.Logger
	base         *url.URL
	plain, certd http.RoundTripper // upstream: without and with a client certificate

	mu         sync.Mutex
	conns      map[*clientConn]bool
	deadBefore time.Time
	counts     map[string]int
	lists      map[string][]byte // the first LIST of each kind since the last clear
	requests   *os.File
	recording  *recorder
}

func newProxy(conf config) (*proxy, error) {
	p := &proxy{
		conf: conf, faults: newFaultSet(conf.seed), log: log.New(os.Stderr, "", log.LstdFlags|log.Lmicroseconds),
		conns: map[*clientConn]bool{}, counts: map[string]int{}, lists: map[string][]byte{},
	}
	if conf.requests != "" {
		f, err := os.OpenFile(conf.requests, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, err
		}
		p.requests = f
	}
	if conf.upstream == "" {
		return p, nil
	}
	var err error
	if p.base, err = url.Parse(conf.upstream); err != nil {
		return nil, err
	}
	if p.plain, err = upstreamTransport(conf.upstreamCA, "", ""); err != nil {
		return nil, err
	}
	p.certd = p.plain
	if conf.upstreamCert != "" {
		p.certd, err = upstreamTransport(conf.upstreamCA, conf.upstreamCert, conf.upstreamK)
	}
	return p, err
}

func upstreamTransport(ca, cert, key string) (*http.Transport, error) {
	conf := &tls.Config{}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		conf.RootCAs = x509.NewCertPool()
		conf.RootCAs.AppendCertsFromPEM(pem)
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, err
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return &http.Transport{TLSClientConfig: conf, ForceAttemptHTTP2: true, DisableCompression: true}, nil
}

// clientCA is read for each connection: it may be rotated.
func (p *proxy) clientCA() *x509.CertPool {
	pem, err := os.ReadFile(p.conf.clientCA)
	if err != nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

// credentialsOf: enough to tell them apart, and nothing to use them.
func credentialsOf(r *http.Request) string {
	if h := r.Header.Get("Authorization"); h != "" {
		sum := sha256.Sum256([]byte(h))
		return "token:" + hex.EncodeToString(sum[:4])
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		c := r.TLS.PeerCertificates[0]
		return fmt.Sprintf("cert:%s:%x", c.Subject.CommonName, c.SerialNumber)
	}
	return ""
}

// One request under way.
type exchange struct {
	p      *proxy
	w      http.ResponseWriter
	r      *http.Request
	rq     *request
	status int
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{p: p, w: w, r: r, rq: classify(r)}
	defer func() { p.count(x) }() // also when it is aborted
	x.serve()
}

func (p *proxy) count(x *exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[fmt.Sprintf("request %s %s %d", x.rq.verb, x.rq.resource, x.status)]++
	p.counts["protocol "+x.r.Proto]++
	if x.rq.creds != "" {
		p.counts["credentials "+x.rq.creds]++
	}
	if p.requests != nil {
		fmt.Fprintf(p.requests, "%s %s %s %d %s %s %s\n", time.Now().UTC().Format("15:04:05.000"), x.rq.verb,
			x.r.Method, x.status, x.rq.creds, x.rq.agent, x.rq.uri)
	}
}

func (p *proxy) stats() []string {
	p.mu.Lock()
	lines := []string{fmt.Sprintf("open %d", len(p.conns))}
	for what, n := range p.counts {
		lines = append(lines, fmt.Sprintf("%s %d", what, n))
	}
	p.mu.Unlock()
	sort.Strings(lines)
	return append(lines, p.faults.lines()...)
}

// thaw holds a request that is frozen. lost: it is to be aborted afterwards.
func (x *exchange) thaw() (lost bool) {
	for first := true; ; first = false {
		changed := x.p.faults.changed()
		f := x.p.faults.find("freeze", x.rq)
		if f == nil || !f.forRequests() {
			return lost
		}
		if first {
			x.p.faults.take("freeze", x.rq) // so that stats say that it holds something
		}
		lost = lost || f.args["lost"] == "1"
		select {
		case <-changed:
		case <-x.r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// abort ends the exchange without an answer, or in the middle of one.
func (x *exchange) abort(how string) {
	if c := connOf(x.r); c != nil && how != "stream" {
		if x.status != 0 { // else it would be an answer
			_ = http.NewResponseController(x.w).Flush()
			time.Sleep(20 * time.Millisecond) // so that what was written is read before the reset discards it
		}
		c.reset(how)
	}
	panic(http.ErrAbortHandler)
}

func (x *exchange) serve() {
	x.thaw()
	if f := x.p.faults.take("rst", x.rq); f != nil {
		x.abort(f.args["how"])
	}
	if x.p.faults.take("goaway", x.rq) != nil {
		x.w.Header().Set("Connection", "close")
	}
	if f := x.p.faults.take("answer", x.rq); f != nil {
		x.answer(f.number("status", 500), f.args["text"], f.args["retry"])
		return
	}
	if x.rq.verb == "discover" && x.p.faults.take("noversions", x.rq) != nil {
		x.answer(http.StatusNotFound, "", "")
		return
	}
	if x.refusesStreaming() || x.hidesVersion() {
		return
	}
	x.forward()
}

// wantsPlain: a fault or the recorder looks into the objects, so they must not come compressed.
func (x *exchange) wantsPlain() bool {
	for _, name := range strings.Fields("cut truncate garble stale v1beta1") {
		if x.p.faults.find(name, x.rq) != nil {
			return true
		}
	}
	return x.p.recorder() != nil
}

func (x *exchange) forward() {
	out := x.r.Clone(x.r.Context())
	out.RequestURI, out.Host = "", x.p.base.Host
	out.URL.Scheme, out.URL.Host = x.p.base.Scheme, x.p.base.Host
	x.askOtherwise(out)
	if x.wantsPlain() {
		out.Header.Del("Accept-Encoding")
	}
	transport := x.p.plain
	if strings.HasPrefix(x.rq.creds, "cert:") {
		transport = x.p.certd
	}
	answer, err := transport.RoundTrip(out)
	if err != nil {
		x.p.log.Printf("%s: %v", x.rq.uri, err)
		x.abort("rst") // as nobody listens
	}
	defer answer.Body.Close()
	for key, values := range answer.Header {
		if key != "Content-Length" && key != "Connection" {
			x.w.Header()[key] = values
		}
	}
	if x.thaw() {
		x.abort("stream")
	}
	x.status = answer.StatusCode
	x.body(answer)
}

func (x *exchange) body(answer *http.Response) {
	out := &pacedWriter{x: x}
	plain := answer.Header.Get("Content-Encoding") == ""
	switch {
	case x.rq.verb == "watch" && answer.StatusCode == http.StatusOK && plain:
		x.w.WriteHeader(answer.StatusCode)
		x.watch(answer.Body, out)
	case x.rq.verb == "list" && answer.StatusCode == http.StatusOK && plain:
		x.list(answer, out)
	case x.rq.verb == "discover" && answer.StatusCode == http.StatusOK && plain:
		x.discovery(answer, out)
	default:
		x.w.WriteHeader(answer.StatusCode)
		if _, err := io.Copy(out, answer.Body); err != nil {
			x.abort("stream")
		}
	}
}

// A body's writer: in pieces, with waits between them.
type pacedWriter struct{ x *exchange }

func (o *pacedWriter) Write(b []byte) (int, error) {
	faults, done := o.x.p.faults, 0
	for done < len(b) {
		step, wait := len(b)-done, 0
		if f := faults.find("split", o.x.rq); f != nil && f.args["level"] != "tcp" {
			faults.take("split", o.x.rq)
			step, wait = min(step, max(1, f.number("bytes", 1))), f.number("ms", 0)
		}
		if f := faults.take("delay", o.x.rq); f != nil {
			wait += f.number("ms", 100)
		}
		if wait > 0 {
			select {
			case <-time.After(time.Duration(wait) * time.Millisecond):
			case <-o.x.r.Context().Done():
				return done, o.x.r.Context().Err()
			}
		}
		if o.x.thaw() {
			o.x.abort("stream")
		}
		n, err := o.x.w.Write(b[done : done+step])
		done += n
		if err != nil {
			return done, err
		}
		_ = http.NewResponseController(o.x.w).Flush()
	}
	return done, nil
}
