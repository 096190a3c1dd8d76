// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// compact forgets every revision of etcd before the one of now, and prints that.
func compact(args []string) error {
	flags := flag.NewFlagSet("compact", flag.ExitOnError)
	endpoints := flags.String("endpoints", "http://127.0.0.1:2379", "of etcd, A,B")
	flags.Parse(args)

	client, err := clientv3.New(clientv3.Config{
		Endpoints:   strings.Split(*endpoints, ","),
		DialTimeout: 5 * time.Second,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	now, err := client.Get(ctx, "/")
	if err != nil {
		return err
	}
	if _, err := client.Compact(ctx, now.Header.Revision, clientv3.WithCompactPhysical()); err != nil {
		return err
	}
	fmt.Println(now.Header.Revision)
	return nil
}
