// Command etcd is one embedded etcd member for a sandbox's API server: loopback only, and without fsync, because
// the data dies with the sandbox.
package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

const startDeadline = 60 * time.Second

func main() {
	dataDir := flag.String("data-dir", "", "folder of the data")
	clientURL := flag.String("client-url", "", "loopback URL that answers clients")
	peerURL := flag.String("peer-url", "", "loopback URL for peers; nobody calls it")
	flag.Parse()
	go dieWithParent()
	if err := run(*dataDir, *clientURL, *peerURL); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
}

func run(dataDir, clientURL, peerURL string) error {
	client, err := url.Parse(clientURL)
	if err != nil {
		return fmt.Errorf("--client-url: %w", err)
	}
	peer, err := url.Parse(peerURL)
	if err != nil {
		return fmt.Errorf("--peer-url: %w", err)
	}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.LogLevel = "warn"
	config.UnsafeNoFsync = true
	config.ListenClientUrls = []url.URL{*client}
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = []url.URL{*peer}
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	select {
	case <-server.Server.ReadyNotify():
	case err := <-server.Err():
		return err
	case <-stop:
		return nil
	case <-time.After(startDeadline):
		return fmt.Errorf("not ready after %s", startDeadline)
	}
	select {
	case err := <-server.Err():
		return err
	case <-stop:
		return nil
	}
}

// The sandbox holds the other end of standard input. When it dies, even by kill -9, the read ends, and nothing
// of the sandbox outlives it.
func dieWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
