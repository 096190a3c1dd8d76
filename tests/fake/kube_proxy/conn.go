// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// A connection of a client, below TLS: it freezes, dies or is reset as the faults say.
type clientConn struct {
	net.Conn
	p      *proxy
	born   time.Time
	once   sync.Once
	closed chan struct{}
}

// gate holds as long as nothing may be forwarded. Return: false when the connection is closed.
func (c *clientConn) gate() bool {
	for first := true; ; first = false {
		changed := c.p.faults.changed()
		if !c.p.isDead(c) {
			f := c.p.faults.find("freeze", nil)
			if f == nil || f.forRequests() {
				return true
			}
			if first {
				c.p.faults.take("freeze", nil) // so that stats say that it holds something
			}
		}
		select {
		case <-changed:
		case <-c.closed:
			return false
		}
	}
}

func (c *clientConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.gate() {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *clientConn) Write(b []byte) (int, error) {
	if !c.gate() {
		return 0, net.ErrClosed
	}
	if c.p.faults.take("corrupt", nil) != nil {
		b = append([]byte(nil), b...)
		b[len(b)-1] ^= 0x55
	}
	step := len(b)
	if f := c.p.faults.find("split", nil); f != nil && f.args["level"] == "tcp" {
		c.p.faults.take("split", nil)
		step = max(1, f.number("bytes", 1))
	}
	for done := 0; done < len(b); {
		n, err := c.Conn.Write(b[done:min(len(b), done+step)])
		done += n
		if err != nil {
			return done, err
		}
	}
	return len(b), nil
}

func (c *clientConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	c.p.forget(c)
	return c.Conn.Close()
}

// reset closes it: with a RST, or by how=fin as one who is done.
func (c *clientConn) reset(how string) {
	if tcp, ok := c.Conn.(*net.TCPConn); ok && how != "fin" {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// The listener: TLS with the certificate of the moment, over connections that obey the faults.
type listener struct {
	net.Listener
	p *proxy
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &clientConn{Conn: raw, p: l.p, born: time.Now(), closed: make(chan struct{})}
		l.p.remember(c)
		if l.p.faults.take("refuse", nil) != nil {
			c.reset("rst")
			continue
		}
		return tls.Server(c, l.p.tlsConfig()), nil
	}
}

// tlsConfig: without session tickets, or a client would not look at a new certificate.
func (p *proxy) tlsConfig() *tls.Config {
	return &tls.Config{
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			cert, key, protocols := p.conf.cert, p.conf.key, p.conf.protocols
			if f := p.faults.take("cert", nil); f != nil {
				cert, key = f.args["cert"], f.args["key"]
			}
			if p.faults.take("http1", nil) != nil {
				protocols = []string{"http/1.1"}
			}
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return nil, err
			}
			conf := &tls.Config{
				Certificates: []tls.Certificate{pair}, NextProtos: protocols,
				SessionTicketsDisabled: true, ClientAuth: tls.RequestClientCert,
			}
			if pool := p.clientCA(); pool != nil {
				conf.ClientCAs, conf.ClientAuth = pool, tls.VerifyClientCertIfGiven
			}
			return conf, nil
		},
	}
}

// serve answers until the process ends.
func (p *proxy) serve(l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ErrorLog: p.log, TLSConfig: &tls.Config{NextProtos: p.conf.protocols},
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c.(*tls.Conn).NetConn())
		},
	}
	return server.Serve(&listener{l, p})
}

type connKey struct{}

func connOf(r *http.Request) *clientConn {
	c, _ := r.Context().Value(connKey{}).(*clientConn)
	return c
}

func (p *proxy) remember(c *clientConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	p.counts["connections"]++
}

func (p *proxy) forget(c *clientConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// isDead: a half-open fault has struck it, for ever.
func (p *proxy) isDead(c *clientConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deadBefore.After(c.born)
}

// resetAll: every connection, now.
func (p *proxy) resetAll(how string) int {
	p.mu.Lock()
	all := []*clientConn{}
	for c := range p.conns {
		all = append(all, c)
	}
	p.mu.Unlock()
	for _, c := range all {
		c.reset(how)
	}
	return len(all)
}
