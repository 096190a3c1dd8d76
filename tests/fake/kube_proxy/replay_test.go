// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is recorded, and events made of it, is played again and stamped.
func TestRecordAndReplay(t *testing.T) {
	l := newLab(t, true)
	made, recorded, stamps := filepath.Join(l.dir, "made"), filepath.Join(l.dir, "recorded"), filepath.Join(l.dir, "stamps")
	const slices = "/apis/discovery.k8s.io/v1/endpointslices"
	l.ctl("record " + recorded)
	for _, path := range []string{services, slices} {
		if _, _, _, err := l.get(path); err != nil {
			t.Fatal(err)
		}
	}
	lines := l.watch(watchServices)
	l.u.events <- eventText("a")
	next(t, lines)
	if n := l.ctl("record"); n[0] != "3" {
		t.Fatal("recorded", n)
	}
	if err := synthesize(recorded, made, 50); err != nil {
		t.Fatal(err)
	}
	for file, events := range map[string]int{recorded: 1, made: 50} {
		s, err := loadStore(file)
		if err != nil || len(s.events) != events {
			t.Fatal(file, err, s)
		}
		y := &replayer{p: l.p, store: s, sent: make(chan struct{})}
		l.url = l.serve(l.p, y)
		if _, body, _, err := l.get(services + "?limit=1"); err != nil || !strings.Contains(body, `"continue":"1"`) {
			t.Fatal(body, err)
		}
		if _, body, _, err := l.get("/apis/discovery.k8s.io"); err != nil || !strings.Contains(body, `"groupVersion":"discovery.k8s.io/v1"`) {
			t.Fatal(body, err)
		}
		watched := slices
		if events == 1 {
			watched = services
		}
		lines := l.watch(watched + "?watch=true&resourceVersion=1000")
		if _, err := y.control(strings.Fields("start rate=1000 stamps=" + stamps)); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < events; i++ {
			if line := next(t, lines); !strings.HasPrefix(line, `{"type":"MODIFIED","object":{`) || !strings.HasSuffix(line, "}}\n") {
				t.Fatal(line)
			}
		}
		if _, err := y.control([]string{"wait"}); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(stamps)
		if n := strings.Count(string(text), "\n"); n != events || !strings.HasPrefix(string(text), "1001 ") {
			t.Fatal(n, string(text))
		}
		first := next(t, l.watch(watched+"?watch=true&sendInitialEvents=true"))
		if !strings.HasPrefix(first, `{"type":"ADDED","object":{"`) {
			t.Fatal(first)
		}
	}
}
