// SPDX-License-Identifier: GPL-2.0-or-later

// kubelab - a Kubernetes control plane for the tests of grevy: one program, the real parts.
// Only for tests: etcd does not sync, everybody's keys lie in one folder.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

const usage = `usage: kubelab PART [ARGUMENT...]
  etcd, kube-apiserver, kube-controller-manager    as they are, with their own options
  certs      a CA, and what it signs
  compact    compacts etcd up to now
  kubelets   keeps the Nodes named in a folder alive
  fill       many objects
  churn      changes endpoints at a rate
`

// Of ours: each takes its arguments and returns what went wrong.
var parts = map[string]func([]string) error{
	"certs":    certs,
	"compact":  compact,
	"kubelets": kubelets,
	"fill":     fill,
	"churn":    churn,
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	name := os.Args[1]
	os.Args = append([]string{name}, os.Args[2:]...)
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
		return
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllers.NewControllerManagerCommand()))
	}
	part, ok := parts[name]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := part(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "kubelab %s: %v\n", name, err)
		os.Exit(1)
	}
}
