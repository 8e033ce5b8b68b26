// Command istiod is Istio's pilot-discovery, on a leash. It holds no behaviour of its own: whatever it answers, the
// istiod of this version answers.
package main

import (
	"io"
	"os"

	"istio.io/istio/pilot/cmd/pilot-discovery/app"
	"istio.io/istio/pkg/log"
)

func main() {
	go dieWithParent()
	log.EnableKlogWithCobra()
	if err := app.NewRootCommand().Execute(); err != nil {
		log.Error(err)
		os.Exit(1)
	}
}

// The sandbox holds the other end of standard input. When it dies, even by kill -9, the read ends, and nothing
// of the sandbox outlives it.
func dieWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
