// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// A line of a recording: a whole LIST body (a page) or one event of a watch.
type record struct {
	Time  int64           `json:"t"`    // Unix time, ns
	Path  string          `json:"path"` // as the client asked: /api/v1/services
	List  json.RawMessage `json:"list,omitempty"`
	Event json.RawMessage `json:"event,omitempty"`
}

// A recorder writes what goes by; a nil one does nothing.
type recorder struct {
	mu   sync.Mutex
	file *os.File
	out  *bufio.Writer
	n    int
}

func newRecorder(path string) (*recorder, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &recorder{file: f, out: bufio.NewWriterSize(f, 1<<20)}, nil
}

func (p *proxy) recorder() *recorder {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.recording
}

// record: to that file from now on; "" ends it. Return: how many lines the last one has.
func (p *proxy) record(path string) (n int, err error) {
	var next *recorder
	if path != "" {
		if next, err = newRecorder(path); err != nil {
			return 0, err
		}
	}
	p.mu.Lock()
	last := p.recording
	p.recording = next
	p.mu.Unlock()
	return last.close()
}

func (r *recorder) close() (int, error) {
	if r == nil {
		return 0, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.out.Flush(); err != nil {
		return r.n, err
	}
	return r.n, r.file.Close()
}

func (r *recorder) list(rq *request, body []byte) {
	if r != nil {
		r.write(record{Path: rq.path, List: bytes.TrimSpace(body)})
	}
}

func (r *recorder) event(rq *request, line []byte) {
	if r != nil && !bytes.HasPrefix(line, []byte(`{"type":"ERROR"`)) {
		r.write(record{Path: rq.path, Event: bytes.TrimSpace(line)})
	}
}

func (r *recorder) write(rec record) {
	rec.Time = time.Now().UnixNano()
	line, err := json.Marshal(rec)
	if err != nil {
		return // not JSON: nothing to play again
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.out.Write(append(line, '\n'))
	r.n++
}

// readRecording calls fn for each line.
func readRecording(path string, fn func(record) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if err := fn(rec); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
}
