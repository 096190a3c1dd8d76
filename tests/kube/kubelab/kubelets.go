// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// kubelets does what of a kubelet the node-lifecycle controller watches: for each file NAME in
// the folder the Lease of the Node NAME is renewed, and its Ready condition is said again if
// somebody changed it. Whose file goes away falls silent. Failures are told and tried again.
func kubelets(args []string) error {
	flags := flag.NewFlagSet("kubelets", flag.ExitOnError)
	config := flags.String("kubeconfig", "", "of an administrator")
	dir := flags.String("dir", ".", "the folder")
	period := flags.Duration("period", time.Second, "between two beats")
	flags.Parse(args)

	client, err := clientset(*config)
	if err != nil {
		return err
	}
	for ; ; time.Sleep(*period) {
		files, err := os.ReadDir(*dir)
		if err != nil {
			return err
		}
		for _, file := range files {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			if err := beat(ctx, client, file.Name(), *period); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", file.Name(), err)
			}
			cancel()
		}
	}
}

// clientset: of a kubeconfig, without a limit of our own to how much is asked.
func clientset(path string) (*kubernetes.Clientset, error) {
	config, err := clientConfig(path)
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}

func clientConfig(path string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.ContentType = "application/vnd.kubernetes.protobuf"
	return config, nil
}

func beat(ctx context.Context, client kubernetes.Interface, name string, period time.Duration) error {
	if strings.HasPrefix(name, ".") {
		return nil
	}
	if err := renew(ctx, client, name, period); err != nil {
		return err
	}
	node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{ResourceVersion: "0"})
	if errors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for i := range node.Status.Conditions {
		ready := &node.Status.Conditions[i]
		if ready.Type != corev1.NodeReady || ready.Status == corev1.ConditionTrue {
			continue
		}
		*ready = readyCondition()
		_, err = client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
		return err
	}
	return nil
}

func readyCondition() corev1.NodeCondition {
	now := metav1.Now()
	return corev1.NodeCondition{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady",
		Message: "kubelet is posting ready status", LastHeartbeatTime: now, LastTransitionTime: now,
	}
}

func renew(ctx context.Context, client kubernetes.Interface, name string, period time.Duration) error {
	leases := client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	now := metav1.NowMicro()
	seconds := int32(max(period/time.Second*4, 1))
	lease, err := leases.Get(ctx, name, metav1.GetOptions{})
	if errors.IsNotFound(err) {
		_, err = leases.Create(ctx, &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: coordinationv1.LeaseSpec{
				HolderIdentity: &name, LeaseDurationSeconds: &seconds, RenewTime: &now,
			},
		}, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	lease.Spec.RenewTime = &now
	_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	return err
}
