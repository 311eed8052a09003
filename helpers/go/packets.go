package loopgate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

const firstLook = 50 * time.Millisecond // most replies have come by then, and the journal need not be asked

// Listener is a UDP listener. WireGuard's take packets from `loopgate send --wg` and real clients.
type Listener struct {
	ListenerInfo
	sandbox *Sandbox
	title   string
	address string
}

// Listener finds one by logical id, STACK/LOGICALID, name or port.
func (s *Sandbox) Listener(name string) *Listener {
	s.t.Helper()
	listener := &Listener{sandbox: s, title: name}
	s.Get("listener", url.Values{"listener": {name}}, &listener.ListenerInfo)
	if listener.Protocol != "udp" {
		s.t.Fatalf("%s speaks %s, not plain UDP: use `loopgate send --wg`", name, listener.Protocol)
	}
	region := s.Info().Regions[0]
	listener.address = listener.Addresses[region]
	for _, address := range listener.Addresses {
		if listener.address == "" {
			listener.address = address
		}
	}
	return listener
}

// Ask sends one datagram and gives the reply, within five seconds; AskWithin has another time.
func (l *Listener) Ask(payload []byte) []byte {
	l.sandbox.t.Helper()
	return l.AskWithin(payload, replyWithin)
}

// AskWithin fails at once when the journal says why there will be no reply.
func (l *Listener) AskWithin(payload []byte, within time.Duration) []byte {
	l.sandbox.t.Helper()
	client := l.Client()
	defer client.Close()
	client.Send(payload)
	return client.Receive(within)
}

// Send sends one datagram; Wait and the journal tell what becomes of it.
func (l *Listener) Send(payload []byte) {
	l.sandbox.t.Helper()
	client := l.Client()
	defer client.Close()
	client.Send(payload)
}

// Client is a UDP socket of its own, until it is closed or the test ends.
type Client struct {
	sandbox *Sandbox
	title   string
	socket  net.Conn
	events  []Event // of the journal, as far as it was read
	seq     int64   // of the last of them
}

func (l *Listener) Client() *Client {
	l.sandbox.t.Helper()
	socket, err := net.Dial("udp", l.address)
	if err != nil {
		l.sandbox.t.Fatal(err)
	}
	l.sandbox.t.Cleanup(func() { socket.Close() })
	return &Client{sandbox: l.sandbox, title: l.title, socket: socket}
}

// Address is ADDRESS:PORT, as a Packet Source's Remote names it and the journal does.
func (c *Client) Address() string { return c.socket.LocalAddr().String() }

func (c *Client) Close() { c.socket.Close() }

func (c *Client) Send(payload []byte) {
	c.sandbox.t.Helper()
	if _, err := c.socket.Write(payload); err != nil {
		c.sandbox.t.Fatal(err)
	}
}

// Receive gives the next datagram; it fails at once when the journal says why there will be none.
func (c *Client) Receive(within time.Duration) []byte {
	c.sandbox.t.Helper()
	buffer := make([]byte, 65536)
	end := time.Now().Add(within)
	size, err := c.read(buffer, min(firstLook, within), nil)
	for ; ; size, err = c.read(buffer, time.Until(end), &c.seq) {
		if err == nil {
			return buffer[:size]
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			c.sandbox.t.Fatalf("nobody listens at %s's address", c.title)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			c.sandbox.t.Fatal(err)
		}
		c.look()
		if discards := deadEnd(c.events, c.Address()); len(discards) > 0 {
			c.sandbox.t.Fatalf("no reply from %s: %s", c.title, tell(discards))
		}
		if time.Until(end) <= 0 {
			c.sandbox.t.Fatal(c.silence(within))
		}
	}
}

// read waits for a datagram; gives up early, unless `quietAfter` is nil, when the sandbox has nothing under way that
// could bring one.
func (c *Client) read(buffer []byte, within time.Duration, quietAfter *int64) (int, error) {
	c.socket.SetReadDeadline(time.Now().Add(max(time.Millisecond, within)))
	if quietAfter == nil {
		return c.socket.Read(buffer)
	}
	ctx, cancel := context.WithCancel(context.Background())
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		if c.sandbox.whenQuiet(ctx, *quietAfter, within); ctx.Err() == nil {
			c.socket.SetReadDeadline(time.Now())
		}
	}()
	size, err := c.socket.Read(buffer)
	cancel()
	<-quiet
	return size, err
}

func (c *Client) look() {
	c.sandbox.t.Helper()
	c.events = append(c.events, c.sandbox.Journal(Filter{After: c.seq})...)
	if len(c.events) > 0 {
		c.seq = c.events[len(c.events)-1].Seq
	}
}

func (c *Client) silence(within time.Duration) string {
	said := fmt.Sprintf("no reply from %s within %v", c.title, within)
	if discards := only(c.events, "discarded"); len(discards) > 0 {
		return said + ": " + tell(discards)
	}
	if len(only(ofClient(c.events, c.Address()), "delivered")) > 0 {
		return said + ": the packet was delivered, and no destination has answered it"
	}
	return said + "; nothing was discarded. There were: " + summary(c.events)
}

func only(events []Event, kind string) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(event Event) bool { return event.Kind != kind })
}

// ofClient gives the story of a client's packets: what names it or their tags, and the calls of the batches they joined.
func ofClient(events []Event, remote string) []Event {
	tags, batches := map[string]bool{}, map[int64]bool{}
	var story []Event
	for _, event := range events {
		if event.Remote == remote && event.Tag != "" {
			tags[event.Tag] = true
		}
		if tags[event.Tag] && event.Batch != 0 {
			batches[event.Batch] = true
		}
		if event.Remote == remote || tags[event.Tag] || event.Tag == "" && batches[event.Batch] {
			story = append(story, event)
		}
	}
	return story
}

// deadEnd gives the discards of a client's packets, when none of its others may still be answered. What had its answer
// is over: an earlier packet of this client, or of another whose port it got.
func deadEnd(events []Event, remote string) []Event {
	story := ofClient(events, remote)
	discards := only(story, "discarded")
	over := append(only(story, "replied"), discards...)
	for _, queued := range only(story, "queued") {
		if !slices.ContainsFunc(over, func(event Event) bool {
			return event.Tag == queued.Tag && event.Batch == queued.Batch
		}) {
			return nil
		}
	}
	return discards
}

func tell(discards []Event) string {
	var lines []string
	for _, event := range discards {
		lines = append(lines, strings.Join(strings.Fields("["+event.Reason+"] "+event.Text+" "+event.Remedy), " "))
	}
	return strings.Join(lines, "\n")
}

func summary(events []Event) string {
	var kinds []string
	counts := map[string]int{}
	for _, event := range events {
		kind := event.Kind
		if event.Reason != "" {
			kind += " [" + event.Reason + "]"
		}
		if counts[kind]++; counts[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%d × %s", counts[kind], kind)
	}
	if len(kinds) == 0 {
		return "no events"
	}
	return strings.Join(kinds, ", ")
}
