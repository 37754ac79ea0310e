package console

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Paged hands what fill writes to a pager if it has more lines than the terminal w, as
// git does: to $PAGER, else to less, which then leaves what it showed on the screen.
// Where there is none, or PAGER is empty or cat, it goes to the terminal as it is. A
// pager that is left early is no error.
func Paged(w *os.File, height int, fill func(io.Writer) error) error {
	p := &pager{to: w, height: height}
	err := fill(p)
	if failed := p.end(); err == nil {
		err = failed
	}
	if p.isLeft {
		return nil
	}
	return err
}

// pager holds lines back until they are more than the screen has.
type pager struct {
	to     *os.File
	height int
	held   bytes.Buffer
	lines  int
	isOpen bool // what is held was let go
	isLeft bool // the reader left the pager
	run    *exec.Cmd
	pipe   io.WriteCloser
}

func (p *pager) Write(b []byte) (int, error) {
	if !p.isOpen {
		p.held.Write(b)
		if p.lines += bytes.Count(b, []byte("\n")); p.lines < p.height {
			return len(b), nil
		}
		p.start()
		return len(b), p.letGo()
	}
	return p.put(b)
}

func (p *pager) put(b []byte) (int, error) {
	if p.pipe == nil {
		return p.to.Write(b)
	}
	n, err := p.pipe.Write(b)
	p.isLeft = p.isLeft || err != nil
	return n, err
}

func (p *pager) letGo() error {
	p.isOpen = true
	_, err := p.put(p.held.Bytes())
	p.held.Reset()
	return err
}

// start starts the pager, if there is one.
func (p *pager) start() {
	command, isSet := os.LookupEnv("PAGER")
	if !isSet {
		command = "less"
	}
	words := strings.Fields(command)
	if len(words) == 0 || words[0] == "cat" {
		return
	}
	run := exec.Command(words[0], words[1:]...)
	run.Stdout, run.Stderr = p.to, os.Stderr
	if _, isSet := os.LookupEnv("LESS"); !isSet {
		run.Env = append(os.Environ(), "LESS=FRX") // leave if it fits, keep colours, keep the screen
	}
	pipe, err := run.StdinPipe()
	if err == nil {
		err = run.Start()
	}
	if err == nil {
		p.run, p.pipe = run, pipe
	}
}

func (p *pager) end() error {
	var err error
	if !p.isOpen {
		err = p.letGo()
	}
	if p.run == nil {
		return err
	}
	p.pipe.Close()
	var left *exec.ExitError
	if failed := p.run.Wait(); failed != nil && !errors.As(failed, &left) {
		err = errors.Join(err, failed)
	}
	return err
}
