// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// The control socket: one line asks, the answer ends with the connection; an answer that starts
// with "error: " is a refusal.
func (p *proxy) listenControl(command func(words []string) ([]string, error)) error {
	_ = os.Remove(p.conf.control)
	l, err := net.Listen("unix", p.conf.control)
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				line, _ := bufio.NewReader(c).ReadString('\n')
				answer, err := command(strings.Fields(line))
				if err != nil {
					fmt.Fprintf(c, "error: %v\n", err)
					return
				}
				for _, line := range answer {
					fmt.Fprintln(c, line)
				}
			}()
		}
	}()
	return nil
}

// control: what can be asked of the proxy.
func (p *proxy) control(words []string) ([]string, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("fault, clear, reset, stats, record, wait?")
	}
	rest := words[1:]
	switch words[0] {
	case "fault":
		f, err := parseFault(rest)
		if err != nil {
			return nil, err
		}
		p.strike(f)
		return []string{strconv.Itoa(f.id)}, nil
	case "clear":
		p.clear(strings.Join(rest, " "))
		return nil, nil
	case "reset": // every connection, now
		return []string{strconv.Itoa(p.resetAll(strings.Join(rest, " ")))}, nil
	case "stats":
		return p.stats(), nil
	case "record":
		n, err := p.record(strings.Join(rest, " "))
		return []string{strconv.Itoa(n)}, err
	default:
		return nil, fmt.Errorf("no command %q", words[0])
	}
}

func (p *proxy) strike(f *fault) {
	if f.name == "half-open" {
		p.mu.Lock()
		p.deadBefore = time.Now()
		p.mu.Unlock()
		f.applied++
	}
	p.faults.add(f)
}

// clear: also what a stale list would have been.
func (p *proxy) clear(name string) {
	p.mu.Lock()
	if name == "" || name == "stale" {
		p.lists = map[string][]byte{}
	}
	p.mu.Unlock()
	p.faults.clear(name)
}

// control of a replay: start [rate=N|max|realtime] [stamps=FILE], wait (until all is sent), stats.
func (y *replayer) control(words []string) ([]string, error) {
	if len(words) == 0 || (words[0] != "start" && words[0] != "wait") {
		return y.p.control(words)
	}
	if words[0] == "wait" {
		<-y.sent
		return []string{strconv.Itoa(len(y.store.events))}, nil
	}
	rate, stamps := 1000.0, os.DevNull
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case key == "stamps":
			stamps = value
		case word == "rate=max":
			rate = 0
		case word == "rate=realtime":
			rate = -1
		case key == "rate":
			n, err := strconv.ParseFloat(value, 64)
			if err != nil || n <= 0 {
				return nil, fmt.Errorf("rate=%s: a number, max or realtime", value)
			}
			rate = n
		default:
			return nil, fmt.Errorf("start takes rate= and stamps=, not %q", word)
		}
	}
	return []string{strconv.Itoa(len(y.store.events))}, y.start(rate, stamps)
}

// ask: the client's side. Return: the exit status.
func ask(socket string, words []string) int {
	c, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer c.Close()
	fmt.Fprintln(c, strings.Join(words, " "))
	answer, err := io.ReadAll(c)
	if err != nil || strings.HasPrefix(string(answer), "error: ") {
		fmt.Fprint(os.Stderr, string(answer))
		return 1
	}
	fmt.Print(string(answer))
	return 0
}
