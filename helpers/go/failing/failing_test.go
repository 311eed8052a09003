// Package failing fails, for the test of what is shown then.
package failing

import (
	"testing"
	"time"

	"loopgate.io/loopgate"
)

var template = loopgate.Options{Templates: []string{"../../example/template.yaml"}}

func TestShouts(t *testing.T) {
	sandbox := loopgate.Start(t, template)
	if reply := sandbox.Listener("EchoListener").Ask([]byte("fine")); string(reply) != "fine" {
		t.Errorf("replied %q", reply)
	}
	sandbox.Listener("ShoutListener").AskWithin([]byte("boom"), time.Minute)
}

func TestWaits(t *testing.T) {
	loopgate.Start(t, template).Wait(loopgate.Filter{Event: "discarded"}, 2, 100*time.Millisecond)
}
