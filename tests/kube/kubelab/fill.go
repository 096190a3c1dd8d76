// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const fieldManager = "kubelab"

// A cluster of a size. Objects are named by their number; what is there already stays.
type size struct {
	namespaces, nodes, images, services, slices, endpoints int
	addresses, local                                       bool
}

// fill creates the objects of a cluster, many at a time.
func fill(args []string) error {
	flags := flag.NewFlagSet("fill", flag.ExitOnError)
	config := flags.String("kubeconfig", "", "of an administrator")
	parallel := flags.Int("parallel", 48, "requests at a time")
	var s size
	flags.IntVar(&s.namespaces, "namespaces", 100, "that the Services are in")
	flags.IntVar(&s.nodes, "nodes", 5000, "")
	flags.IntVar(&s.images, "images", 20, "that a Node says it has")
	flags.IntVar(&s.services, "services", 10000, "")
	flags.IntVar(&s.slices, "slices", 20000, "")
	flags.IntVar(&s.endpoints, "endpoints", 150000, "in all slices together")
	flags.BoolVar(&s.addresses, "addresses", false, "each Service has one in its status: 10.200.0.0 and on")
	flags.BoolVar(&s.local, "local", false, "each Service has the policy Local, not only every other")
	flags.Parse(args)
	client, err := clientset(*config)
	if err != nil {
		return err
	}
	began := time.Now()
	for _, kind := range []struct {
		name   string
		n      int
		create func(context.Context, kubernetes.Interface, int) error
	}{
		{"Namespaces", s.namespaces, s.namespace},
		{"Nodes", s.nodes, s.node},
		{"Services", s.services, s.service},
		{"EndpointSlices", s.slices, s.slice},
	} {
		err := each(kind.n, *parallel, func(i int) error {
			err := kind.create(context.Background(), client, i)
			if errors.IsAlreadyExists(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
		fmt.Printf("%s: %d, %.1f s\n", kind.name, kind.n, time.Since(began).Seconds())
	}
	return nil
}

// each calls do with 0 to n-1, some at a time. Return: the first error; then no more are begun.
func each(n, parallel int, do func(int) error) error {
	jobs, failed := make(chan int), make(chan error, parallel)
	var workers sync.WaitGroup
	for range parallel {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range jobs {
				if err := do(i); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	var first error
	for i := 0; i < n && first == nil; i++ {
		select {
		case jobs <- i:
		case first = <-failed:
		}
	}
	close(jobs)
	workers.Wait()
	close(failed)
	for err := range failed {
		if first == nil {
			first = err
		}
	}
	return first
}

func (s *size) namespaceName(i int) string { return fmt.Sprintf("fill-%d", i%max(s.namespaces, 1)) }
func nodeName(i int) string                { return fmt.Sprintf("fill-node-%d", i) }
func serviceName(i int) string             { return fmt.Sprintf("fill-%d", i) }
func sliceName(i int) string               { return fmt.Sprintf("fill-slice-%d", i) }

// address: the i-th of a net of 2^16 hosts or more.
func address(first byte, second byte, i int) string {
	return fmt.Sprintf("%d.%d.%d.%d", first, int(second)+i>>16, i>>8&255, i&255)
}

func created() metav1.CreateOptions { return metav1.CreateOptions{FieldManager: fieldManager} }

func (s *size) namespace(ctx context.Context, client kubernetes.Interface, i int) error {
	_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: s.namespaceName(i)},
	}, created())
	return err
}

// node: with what a kubelet reports, so that it is as long as a real one.
func (s *size) node(ctx context.Context, client kubernetes.Interface, i int) error {
	now := metav1.Now()
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
		Name: nodeName(i),
		Labels: map[string]string{
			"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
			"kubernetes.io/hostname": nodeName(i), "kubernetes.io/os": "linux",
			"topology.kubernetes.io/zone": fmt.Sprintf("zone-%d", i%3),
		},
	}}
	node.Spec.PodCIDR = fmt.Sprintf("10.%d.%d.0/24", 64+i>>8, i&255)
	node.Status.Addresses = []corev1.NodeAddress{
		{Type: corev1.NodeInternalIP, Address: address(172, 16, i+257)},
		{Type: corev1.NodeHostName, Address: nodeName(i)},
	}
	node.Status.Conditions = []corev1.NodeCondition{readyCondition()}
	for _, kind := range []corev1.NodeConditionType{corev1.NodeMemoryPressure, corev1.NodeDiskPressure, corev1.NodePIDPressure} {
		node.Status.Conditions = append(node.Status.Conditions, corev1.NodeCondition{
			Type: kind, Status: corev1.ConditionFalse, LastHeartbeatTime: now, LastTransitionTime: now,
			Reason: "KubeletHasSufficient", Message: "kubelet has sufficient of it available",
		})
	}
	node.Status.Capacity = corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("16"), corev1.ResourceMemory: resource.MustParse("64Gi"),
		corev1.ResourcePods: resource.MustParse("110"),
	}
	node.Status.Allocatable = node.Status.Capacity
	node.Status.NodeInfo = corev1.NodeSystemInfo{
		Architecture: "amd64", ContainerRuntimeVersion: "containerd://2.1.0", KernelVersion: "6.1.0", KubeletVersion: "v1.36.3",
		MachineID: fmt.Sprintf("%032x", i), OperatingSystem: "linux", OSImage: "Debian GNU/Linux 12",
	}
	for image := range s.images {
		node.Status.Images = append(node.Status.Images, corev1.ContainerImage{SizeBytes: int64(image+1) << 20, Names: []string{
			fmt.Sprintf("registry.example/team-%d/image@sha256:%064x", image, image), fmt.Sprintf("registry.example/team-%d/image:v1.%d", image, image),
		}})
	}
	_, err := client.CoreV1().Nodes().Create(ctx, node, created())
	return err
}

func (s *size) service(ctx context.Context, client kubernetes.Interface, i int) error {
	services := client.CoreV1().Services(s.namespaceName(i))
	policy := corev1.ServiceExternalTrafficPolicyCluster
	if i%2 == 1 || s.local {
		policy = corev1.ServiceExternalTrafficPolicyLocal
	}
	none := false
	service, err := services.Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName(i), Labels: map[string]string{"app": serviceName(i)}},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeLoadBalancer, ExternalTrafficPolicy: policy, AllocateLoadBalancerNodePorts: &none,
			Ports: []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP}},
		},
	}, created())
	if err != nil || !s.addresses {
		return err
	}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address(10, 200, i)}}
	_, err = services.UpdateStatus(ctx, service, metav1.UpdateOptions{FieldManager: fieldManager})
	return err
}

// slice: of Service number i modulo their number; endpoints are dealt out evenly over slices, and
// each lies on another Node.
func (s *size) slice(ctx context.Context, client kubernetes.Interface, i int) error {
	owner := i % max(s.services, 1)
	yes, no, port, tcp := true, false, int32(80), corev1.ProtocolTCP
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name:   sliceName(i),
			Labels: map[string]string{discoveryv1.LabelServiceName: serviceName(owner), discoveryv1.LabelManagedBy: fieldManager},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Port: &port, Protocol: &tcp}},
	}
	for n := i * s.endpoints / s.slices; n < (i+1)*s.endpoints/s.slices; n++ {
		node := nodeName(n % max(s.nodes, 1))
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{address(10, 128, n)}, NodeName: &node,
			Conditions: discoveryv1.EndpointConditions{Ready: &yes, Serving: &yes, Terminating: &no},
			TargetRef: &corev1.ObjectReference{
				Kind: "Pod", Namespace: s.namespaceName(owner), Name: fmt.Sprintf("%s-%08x-%05d", serviceName(owner), i, n),
			},
		})
	}
	_, err := client.DiscoveryV1().EndpointSlices(s.namespaceName(owner)).Create(ctx, slice, created())
	return err
}
