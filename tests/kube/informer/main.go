// SPDX-License-Identifier: GPL-2.0-or-later

// informer - the least that a program with client-go's shared informers is: it holds Services,
// EndpointSlices, Nodes and Namespaces, tells when it has them all and how large it is then,
// once more on SIGUSR1, and stays. What grevyd is measured beside.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config := flag.String("kubeconfig", "", "of whom to ask; the pod's own account without it")
	flag.Parse()
	if err := run(*config); err != nil {
		fmt.Fprintln(os.Stderr, "informer:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	began := time.Now()
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	stores := []cache.SharedIndexInformer{
		factory.Core().V1().Services().Informer(),
		factory.Discovery().V1().EndpointSlices().Informer(),
		factory.Core().V1().Nodes().Informer(),
		factory.Core().V1().Namespaces().Informer(),
	}
	ctx := context.Background()
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("%v: not synced", kind)
		}
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGUSR1)
	for {
		objects := 0
		for _, store := range stores {
			objects += len(store.GetStore().ListKeys())
		}
		fmt.Printf("synced ms=%d objects=%d RssAnon_kB=%s peak_kB=%s\n", time.Since(began).Milliseconds(),
			objects, status("RssAnon"), status("VmHWM"))
		<-again
	}
}

// status: of this process, a number of /proc/self/status, as text.
func status(name string) string {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return "-"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), name+":"); found {
			return strings.Fields(rest)[0]
		}
	}
	return "-"
}
