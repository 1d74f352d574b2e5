// One binary that is each process of a one-node Kubernetes, chosen by its first argument.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controller "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: kube COMPONENT [ARGUMENT...]")
	}
	name := os.Args[1]
	os.Args = append([]string{name}, os.Args[2:]...)
	var command *cobra.Command
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
		return
	case "forward":
		forward(argument(1, "FROM"), argument(2, "TO"))
		return
	case "dns":
		answerNames(argument(1, "ADDRESS"), argument(2, "API SERVER"))
		return
	case "registry":
		serveImages(argument(1, "ADDRESS"), argument(2, "BLOB FOLDER"))
		return
	case "kube-apiserver":
		command = apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		command = controller.NewControllerManagerCommand()
	case "kube-scheduler":
		command = scheduler.NewSchedulerCommand()
	case "kubelet":
		command = kubelet.NewKubeletCommand(context.Background())
	default:
		fail("unknown component " + name)
	}
	os.Exit(cli.Run(command))
}

// forward copies every connection accepted on one address to another. It stands in for
// kube-proxy: pods reach the API server by its service address through it.
func forward(from, to string) {
	listener, err := net.Listen("tcp", from)
	if err != nil {
		fail(err.Error())
	}
	for {
		near, err := listener.Accept()
		if err != nil {
			fail(err.Error())
		}
		go join(near, to)
	}
}

func join(near net.Conn, to string) {
	defer near.Close()
	far, err := net.Dial("tcp", to)
	if err != nil {
		fmt.Fprintln(os.Stderr, "forward:", err)
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, near)
		far.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(near, far)
}

// serveImages is an image registry whose blobs live in a folder and whose manifests live in
// memory: the harness puts the manifests again after every start.
func serveImages(address, folder string) {
	handler := registry.New(registry.WithBlobHandler(registry.NewDiskBlobHandler(folder)))
	fail(http.ListenAndServe(address, handler).Error())
}

func argument(index int, meaning string) string {
	if len(os.Args) <= index {
		fail(os.Args[0] + ": argument missing: " + meaning)
	}
	return os.Args[index]
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(2)
}
