package loopgate_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"loopgate.io/loopgate"
)

var endpoint string

// One sandbox for the package's tests, which each of them finds as if it were new.
func TestMain(m *testing.M) {
	found, stop, err := loopgate.Open(loopgate.Options{Templates: []string{"../example/template.yaml"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	endpoint = found
	status := m.Run()
	stop()
	os.Exit(status)
}

func TestAFunctionAnswers(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	if reply := sandbox.Listener("ShoutListener").Ask([]byte("hello")); string(reply) != "HELLO" {
		t.Errorf("replied %q", reply)
	}
}

func TestOneClientAsksTwice(t *testing.T) {
	client := loopgate.For(t, endpoint).Listener("EchoListener").Client()
	for _, payload := range []string{"one", "two"} {
		client.Send([]byte(payload))
		if reply := client.Receive(5 * time.Second); string(reply) != payload {
			t.Errorf("replied %q", reply)
		}
	}
}

func TestPacketsBecomeJobs(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	sandbox.Listener("JobListener").Send([]byte("job 1"))
	events := sandbox.Wait(loopgate.Filter{Event: "delivered", Listener: "JobListener"}, 1, 5*time.Second)
	if events[0].Destination != "jobs" {
		t.Errorf("delivered to %s", events[0].Destination)
	}
}

func TestATopicPushes(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	client := sandbox.Listener("EchoListener").Client()
	sandbox.Publish("push", []byte("pushed"), client.Address(), "us-west-2")
	if pushed := client.Receive(5 * time.Second); string(pushed) != "pushed" {
		t.Errorf("received %q", pushed)
	}
}

func TestAPublishWithoutARegionGoesNowhere(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	sandbox.Publish("push", []byte("lost"), "127.0.0.1:9", "")
	discard := sandbox.Wait(loopgate.Filter{Event: "discarded", Reason: "no-egress-region"}, 1, 5*time.Second)[0]
	if !strings.Contains(discard.Remedy, "EgressRegion") {
		t.Errorf("the remedy is %q", discard.Remedy)
	}
}

func TestNothingIsLeftOfTheTestBefore(t *testing.T) {
	for _, event := range loopgate.For(t, endpoint).Journal(loopgate.Filter{}) {
		if event.Kind != "api-call" {
			t.Errorf("there is %+v", event)
		}
	}
}

func TestTheClockIsMoved(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	sandbox.Advance("1h")
	var clock struct{ Ahead string }
	if sandbox.Get("clock", nil, &clock); clock.Ahead != "1h" {
		t.Errorf("it is ahead by %s", clock.Ahead)
	}
}

func TestAStateIsPutBack(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	sandbox.Listener("JobListener").Send([]byte("job 1"))
	sandbox.Wait(loopgate.Filter{Event: "delivered"}, 1, 5*time.Second)
	sandbox.WaitIdle(10*time.Millisecond, 5*time.Second)
	if billed := sandbox.Billed(); billed != 1 {
		t.Errorf("billed are %d", billed)
	}
	sandbox.Snapshot("one job")
	sandbox.Reset()
	sandbox.Restore("one job")
	answer, err := http.Get(endpoint + "/_aws/sqs/messages?QueueUrl=jobs")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var queue struct{ Messages []any }
	if err := json.NewDecoder(answer.Body).Decode(&queue); err != nil || len(queue.Messages) != 1 {
		t.Errorf("there are %v (%v)", queue.Messages, err)
	}
}

func TestProgramsFindIt(t *testing.T) {
	sandbox := loopgate.For(t, endpoint)
	if sandbox.Environment()[0] != "AWS_ENDPOINT_URL="+endpoint {
		t.Errorf("it is %s", sandbox.Environment()[0])
	}
	if !strings.Contains(sandbox.Outputs()["Endpoint"], "proxylity.com") {
		t.Errorf("the outputs are %v", sandbox.Outputs())
	}
}
