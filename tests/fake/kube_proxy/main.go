// SPDX-License-Identifier: GPL-2.0-or-later

// kube_proxy stands between grevyd and a real kube-apiserver and does what an API server, a load
// balancer or a network may do; it records what goes by, and plays it again as a server.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
)

const usage = `kube_proxy serve OPTIONS      the proxy
kube_proxy replay OPTIONS FILE    a server that answers from a recording
kube_proxy synthesize FROM TO N   the lists of a recording and N events that toggle an endpoint each
kube_proxy ctl SOCKET COMMAND...  ask one that runs:
    fault NAME [KEY=VALUE]...  clear [NAME]  reset [fin]  stats  record [FILE]
    of a replay: start [rate=N|max|realtime] [stamps=FILE]  wait  stats
`

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "kube_proxy:", err)
		os.Exit(1)
	}
}

func help() {
	fmt.Fprint(os.Stderr, usage, "faults (each takes "+commonKeys+" as well):\n")
	names := []string{}
	for name := range faultKinds {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(os.Stderr, "    %-10s [%s] %s\n", name, faultKinds[name].keys, faultKinds[name].about)
	}
	os.Exit(2)
}

func parseOptions(mode string, words []string) (config, []string) {
	conf, protocols := config{}, ""
	set := flag.NewFlagSet(mode, flag.ExitOnError)
	set.StringVar(&conf.listen, "listen", "127.0.0.1:6444", "address and port")
	set.StringVar(&conf.control, "control", "", "a Unix socket for commands")
	set.StringVar(&conf.cert, "cert", "", "certificate, PEM")
	set.StringVar(&conf.key, "key", "", "its key, PEM")
	set.StringVar(&conf.clientCA, "client-ca", "", "of the clients' certificates; read for each connection")
	set.StringVar(&conf.upstream, "upstream", "", "https://HOST:PORT of the API server")
	set.StringVar(&conf.upstreamCA, "upstream-ca", "", "its CA")
	set.StringVar(&conf.upstreamCert, "upstream-cert", "", "for clients that come with a certificate")
	set.StringVar(&conf.upstreamK, "upstream-key", "", "its key")
	set.StringVar(&protocols, "protocols", "h2,http/1.1", "what TLS offers")
	set.Int64Var(&conf.seed, "seed", 1, "of what happens at random")
	set.StringVar(&conf.requests, "requests", "", "a file: a line for each request")
	_ = set.Parse(words)
	conf.protocols = strings.Split(protocols, ",")
	return conf, set.Args()
}

func main() {
	if len(os.Args) < 2 {
		help()
	}
	mode, rest := os.Args[1], os.Args[2:]
	switch {
	case mode == "serve" || (mode == "replay" && len(rest) > 0):
		fatal(run(mode, rest))
	case mode == "ctl" && len(rest) > 1:
		os.Exit(ask(rest[0], rest[1:]))
	case mode == "synthesize" && len(rest) == 3:
		n, err := strconv.Atoi(rest[2])
		fatal(err)
		fatal(synthesize(rest[0], rest[1], n))
	default:
		help()
	}
}

func run(mode string, words []string) error {
	conf, files := parseOptions(mode, words)
	p, err := newProxy(conf)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", conf.listen)
	if err != nil {
		return err
	}
	if mode == "serve" {
		if err := p.listenControl(p.control); err != nil {
			return err
		}
		return p.serve(l, p)
	}
	if len(files) != 1 {
		help()
	}
	s, err := loadStore(files[0])
	if err != nil {
		return err
	}
	y := &replayer{p: p, store: s, sent: make(chan struct{})}
	if err := p.listenControl(y.control); err != nil {
		return err
	}
	return p.serve(l, y)
}
