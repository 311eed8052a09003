// Package loopgate is for tests against a Loopgate sandbox: UDP listeners, the journal, the clock.
//
//	func TestAnswers(t *testing.T) {
//		sandbox := loopgate.Start(t, loopgate.Options{Templates: []string{"template.yaml"}})
//		if reply := sandbox.Listener("UdpListener").Ask([]byte("hello")); string(reply) != "HELLO" {
//			t.Errorf("replied %q", reply)
//		}
//	}
//
// What does not happen fails the test, with the reason from the journal; a failed test's log ends with the story of its
// packets.
package loopgate

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	startWithin  = 2 * time.Minute
	stopWithin   = 20 * time.Second
	replyWithin  = 5 * time.Second
	linesOfStory = 200
)

// Kinds of events that are no packet's story.
var untoldLine = regexp.MustCompile(`^[0-9:.]+ (api-call|stack|listener) `)

// Options say what Start starts. Without Templates the sandbox of AWS_ENDPOINT_URL is used, as of `loopgate exec`.
type Options struct {
	Templates []string
	Binary    string   // by default LOOPGATE_BINARY, else loopgate of the PATH
	Args      []string // further ones of `loopgate up`
}

// Sandbox is a running one. Its methods fail the test that it is for.
type Sandbox struct {
	Endpoint string
	t        testing.TB
}

// Start starts a sandbox on free ports for this test; it ends with the test. See Open for one that many tests share.
func Start(t testing.TB, options Options) *Sandbox {
	t.Helper()
	endpoint, stop, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return For(t, endpoint)
}

// Open starts a sandbox for TestMain, which calls stop at the end; each test then takes For(t, endpoint).
func Open(options Options) (endpoint string, stop func(), err error) {
	if len(options.Templates) == 0 {
		if endpoint = os.Getenv("AWS_ENDPOINT_URL"); endpoint == "" {
			return "", nil, errors.New("no template: give Templates, or run `loopgate exec TEMPLATE -- go test`")
		}
		return endpoint, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "loopgate-")
	if err != nil {
		return "", nil, err
	}
	ready := filepath.Join(folder, "ready.json")
	binary := options.Binary
	if binary == "" {
		binary = os.Getenv("LOOPGATE_BINARY")
	}
	if binary == "" {
		binary = "loopgate"
	}
	var log bytes.Buffer
	process := exec.Command(binary, slices.Concat(
		[]string{"up", "--port", "0", "--quiet", "--ready-file", ready}, options.Args, options.Templates)...)
	process.Stdout, process.Stderr, process.WaitDelay = &log, &log, time.Second
	if err := process.Start(); err != nil {
		os.RemoveAll(folder)
		return "", nil, fmt.Errorf("the sandbox cannot be started (LOOPGATE_BINARY names it): %w", err)
	}
	ended := make(chan struct{})
	go func() { process.Wait(); close(ended) }()
	stop = func() {
		process.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(stopWithin):
			process.Process.Kill()
			<-ended
		}
		os.RemoveAll(folder)
	}
	for end := time.Now().Add(startWithin); ; {
		if text, err := os.ReadFile(ready); err == nil {
			var info Info
			err = json.Unmarshal(text, &info)
			return info.Endpoint, stop, err
		}
		select {
		case <-ended:
			stop()
			return "", nil, fmt.Errorf("the sandbox ended:\n%s", log.String())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(end) {
			stop()
			return "", nil, fmt.Errorf("the sandbox did not get ready:\n%s", log.String())
		}
	}
}

// For is the sandbox at endpoint, for this test: as if it were new but for its stacks.
func For(t testing.TB, endpoint string) *Sandbox {
	t.Helper()
	sandbox := &Sandbox{Endpoint: strings.TrimRight(endpoint, "/"), t: t}
	sandbox.Reset()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("Loopgate: what happened to the packets\n" + sandbox.Story())
		}
	})
	return sandbox
}

// Info is what is deployed.
type Info struct {
	Endpoint string           `json:"endpoint"`
	Regions  []string         `json:"regions"`
	Stacks   map[string]Stack `json:"stacks"`
}

// Stack has outputs as the template says, and in Local the addresses here of those that name the vendor's production.
type Stack struct {
	Status    string                  `json:"status"`
	Warnings  []string                `json:"warnings"`
	Outputs   map[string]string       `json:"outputs"`
	Local     map[string]string       `json:"local"`
	Listeners map[string]ListenerInfo `json:"listeners"`
}

type ListenerInfo struct {
	Name      string            `json:"name"`
	Protocol  string            `json:"protocol"`
	Port      int               `json:"port"`
	Addresses map[string]string `json:"addresses"` // by region
}

func (s *Sandbox) Info() Info {
	s.t.Helper()
	var info Info
	s.Get("info", nil, &info)
	return info
}

// Outputs are those of all stacks.
func (s *Sandbox) Outputs() map[string]string {
	s.t.Helper()
	outputs := map[string]string{}
	for _, stack := range s.Info().Stacks {
		for key, value := range stack.Outputs {
			outputs[key] = value
		}
	}
	return outputs
}

// Environment is what AWS SDKs and programs under test need, as NAME=VALUE.
func (s *Sandbox) Environment() []string {
	s.t.Helper()
	region := s.Info().Regions[0]
	return []string{"AWS_ENDPOINT_URL=" + s.Endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false"}
}

// Publish publishes one packet for the client `to` (ADDRESS:PORT) to a Packet Source's topic, and gives the message's
// id. egressRegion "" leaves the attribute out, as a forgetful program would.
func (s *Sandbox) Publish(topic string, data []byte, to, egressRegion string) string {
	s.t.Helper()
	host, port, err := net.SplitHostPort(to)
	if err != nil {
		s.t.Fatal(err)
	}
	number, _ := strconv.Atoi(port)
	message, _ := json.Marshal(map[string]any{"Messages": []any{map[string]any{
		"Remote": map[string]any{"Address": host, "Port": number}, "Formatter": "hex", "Data": hex.EncodeToString(data)}}})
	attributes := map[string]string{}
	if egressRegion != "" {
		attributes["EgressRegion"] = egressRegion
	}
	var answer struct {
		ID string `json:"message_id"`
	}
	s.Post("publish", map[string]any{"topic": topic, "message": string(message), "attributes": attributes}, &answer)
	return answer.ID
}

// Advance moves the clock ("3m"); everything due has happened when it returns.
func (s *Sandbox) Advance(step string) {
	s.t.Helper()
	s.Post("clock", map[string]any{"advance": step}, nil)
}

// Reset lets go of packets, messages, logs and the journal; stacks and warm functions stay.
func (s *Sandbox) Reset() {
	s.t.Helper()
	s.Post("reset", map[string]any{"keep_stacks": true}, nil)
}

// Story is what happened to packets since the last reset, for people.
func (s *Sandbox) Story() string {
	answer, err := s.open(context.Background(), "GET", "journal?form=text", nil)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), untoldLine.MatchString)
	if len(lines) == 0 || lines[0] == "" {
		return "none was sent or received"
	}
	if more := len(lines) - linesOfStory; more > 0 {
		lines = append([]string{fmt.Sprintf("… %d earlier events", more)}, lines[more:]...)
	}
	return strings.Join(lines, "\n")
}

// Get asks any route of docs/API.md into `answer`, which may be nil.
func (s *Sandbox) Get(route string, query url.Values, answer any) {
	s.t.Helper()
	if len(query) > 0 {
		route += "?" + query.Encode()
	}
	s.ask("GET", route, nil, answer)
}

// Post is Get for routes that change something.
func (s *Sandbox) Post(route string, body, answer any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.ask("POST", route, text, answer)
}

func (s *Sandbox) ask(method, route string, body []byte, into any) {
	s.t.Helper()
	answer, err := s.open(context.Background(), method, route, body)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if into == nil {
		return
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Sandbox) open(ctx context.Context, method, route string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.Endpoint+"/_loopgate/"+route, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("there is no sandbox at %s: %w", s.Endpoint, err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	var refusal struct{ Error string }
	if json.Unmarshal(text, &refusal) == nil && refusal.Error != "" {
		return nil, errors.New(refusal.Error)
	}
	return nil, errors.New(string(text))
}

// Event is one of the journal.
type Event struct {
	Seq         int64  `json:"seq"`
	At          string `json:"at"`
	Kind        string `json:"event"`
	Tag         string `json:"tag"`
	Batch       int64  `json:"batch"`
	Listener    string `json:"listener"`
	Destination string `json:"destination"`
	Subject     string `json:"subject"`
	Remote      string `json:"remote"`
	Size        int    `json:"size"`
	Text        string `json:"text"`
	Reason      string `json:"reason"`
	Remedy      string `json:"remedy"`
}

// Filter chooses events; what is empty is any.
type Filter struct {
	Event, Reason, Listener, Tag string
	After                        int64
}

func (f Filter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"event": f.Event, "reason": f.Reason, "listener": f.Listener, "tag": f.Tag} {
		if value != "" {
			query.Set(name, value)
		}
	}
	query.Set("after", strconv.FormatInt(f.After, 10))
	return query
}

// Journal gives the events since the last reset.
func (s *Sandbox) Journal(filter Filter) []Event {
	s.t.Helper()
	answer, err := s.open(context.Background(), "GET", "journal?"+filter.query().Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var events []Event
	for lines := json.NewDecoder(answer.Body); lines.More(); {
		var event Event
		if err := lines.Decode(&event); err != nil {
			s.t.Fatal(err)
		}
		if event.Kind != "" {
			events = append(events, event)
		}
	}
	return events
}

// Wait gives the first `count` events that fit since the last reset, and waits for them; the failure says what did
// happen.
func (s *Sandbox) Wait(filter Filter, count int, within time.Duration) []Event {
	s.t.Helper()
	query := filter.query()
	query.Set("count", strconv.Itoa(count))
	return s.wait(query, within)
}

// WaitIdle waits until nothing has happened for so long, no packet is under way and no function runs.
func (s *Sandbox) WaitIdle(idle, within time.Duration) {
	s.t.Helper()
	s.wait(url.Values{"idle": {duration(idle)}}, within)
}

func (s *Sandbox) wait(query url.Values, within time.Duration) []Event {
	s.t.Helper()
	query.Set("within", duration(within))
	var answer struct {
		Arrived bool
		Events  []Event
		Said    string
	}
	if s.Get("wait", query, &answer); !answer.Arrived {
		s.t.Fatal(answer.Said)
	}
	return answer.Events
}

// whenQuiet returns when there are events after `after` and nothing is under way any more, or ctx is done.
func (s *Sandbox) whenQuiet(ctx context.Context, after int64, within time.Duration) {
	query := url.Values{"after": {strconv.FormatInt(after, 10)}, "count": {"1"}, "idle": {"0s"},
		"within": {duration(within)}}
	if answer, err := s.open(ctx, "GET", "wait?"+query.Encode(), nil); err == nil {
		answer.Body.Close()
	}
}

func duration(d time.Duration) string { return strconv.FormatInt(max(1, d.Milliseconds()), 10) + "ms" }

// Snapshot keeps the sandbox's state (stacks, messages, functions, logs, clock) by a name, until it ends.
func (s *Sandbox) Snapshot(name string) {
	s.t.Helper()
	s.Post("snapshot", map[string]any{"name": name}, nil)
}

// Restore puts it back, in a millisecond or two.
func (s *Sandbox) Restore(name string) {
	s.t.Helper()
	s.Post("restore", map[string]any{"name": name}, nil)
}

// Billed is how many packets the service would have billed since the last reset.
func (s *Sandbox) Billed() int64 {
	s.t.Helper()
	var bill struct{ Billed int64 }
	s.Get("bill", nil, &bill)
	return bill.Billed
}
