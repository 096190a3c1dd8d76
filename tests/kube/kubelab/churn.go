// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// churn changes whether the first endpoint of a slice of fill is ready, slice after slice, at a
// rate, or as fast as the server takes it, and prints how many a second were taken, and how long
// each took. Started with the same -namespaces, -services and -slices as fill.
func churn(args []string) error {
	flags := flag.NewFlagSet("churn", flag.ExitOnError)
	config := flags.String("kubeconfig", "", "of an administrator")
	parallel := flags.Int("parallel", 48, "requests at a time")
	rate := flags.Float64("rate", 0, "changes a second; 0: as fast as they are taken")
	length := flags.Duration("for", 60*time.Second, "how long")
	from := flags.Int("from", 0, "how many changes were made before: it goes on there")
	var s size
	flags.IntVar(&s.namespaces, "namespaces", 100, "")
	flags.IntVar(&s.services, "services", 10000, "")
	flags.IntVar(&s.slices, "slices", 20000, "")
	flags.Parse(args)
	client, err := clientset(*config)
	if err != nil {
		return err
	}
	var lock sync.Mutex
	var took []time.Duration
	began := time.Now()
	end := began.Add(*length)
	n := 1 << 40
	if *rate > 0 {
		n = int(*rate * length.Seconds())
	}
	err = each(n, *parallel, func(i int) error {
		if *rate > 0 {
			time.Sleep(time.Until(began.Add(time.Duration(float64(i) / *rate * float64(time.Second)))))
		} else if time.Now().After(end) {
			return errOver
		}
		start := time.Now()
		at := (*from + i) % s.slices
		patch := fmt.Sprintf(`[{"op":"replace","path":"/endpoints/0/conditions/ready","value":%v}]`, (*from+i)/s.slices%2 == 1)
		_, err := client.DiscoveryV1().EndpointSlices(s.namespaceName(at%max(s.services, 1))).Patch(context.Background(),
			sliceName(at), types.JSONPatchType, []byte(patch), metav1.PatchOptions{FieldManager: fieldManager})
		lock.Lock()
		defer lock.Unlock()
		took = append(took, time.Since(start))
		return err
	})
	if err != nil && err != errOver {
		return err
	}
	seconds := time.Since(began).Seconds()
	slices.Sort(took)
	if len(took) == 0 {
		return fmt.Errorf("no change within %v", *length)
	}
	fmt.Printf("changes=%d seconds=%.1f rate=%.0f p50_ms=%.1f p99_ms=%.1f\n", len(took), seconds, float64(len(took))/seconds,
		milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100]))
	return nil
}

var errOver = fmt.Errorf("the time is over")

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
