package scan

import (
	"strings"
	"testing"
)

// FuzzClixml: whatever stands in the file, each record is JSON, and the reading ends.
func FuzzClixml(f *testing.F) {
	const head = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`
	for _, seed := range []string{
		`<Obj RefId="0"><TN RefId="0"><T>x</T></TN><ToString>a</ToString><Props><S N="a">b_x000A_</S><I32 N="n">-1</I32><B N="t">true</B><Nil N="z"/></Props></Obj>`,
		`<Obj RefId="0"><DCT><En><S N="Key">a</S><Ref N="Value" RefId="0"/></En></DCT></Obj>`,
		`<Obj><LST><Obj><Props><Db N="d">NaN</Db></Props></Obj><S>{"a":1}</S></LST></Obj>`,
		`<Obj><Props><S N="a">`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, objects string) {
		s := NewClixml(NewWindow(strings.NewReader(head+objects+"</Objs>"), nil))
		for {
			rec, err := s.Next()
			if err != nil {
				return
			}
			var json JSONText
			// what a text holds is found out by who reads the record
			if err := json.Walk(rec.Text); err != nil && !strings.HasPrefix(string(rec.Text), "{") {
				t.Fatalf("%q: %v", rec.Text, err)
			}
		}
	})
}

// TestClixmlIsLinear: an element that never ends ends where no object can be longer.
func TestClixmlIsLinear(t *testing.T) {
	defer func(before int64) { maxClixmlElement = before }(maxClixmlElement)
	maxClixmlElement = 1 << 20
	endless := &repeated{text: `<Objs><Obj><Props>`, again: `<S N="a">b</S>`}
	s := NewClixml(NewWindow(endless, nil))
	if _, err := s.Next(); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
	if endless.given > 2<<20 {
		t.Errorf("%d bytes were read", endless.given)
	}
}

// repeated is a text without an end.
type repeated struct {
	text, again string
	given       int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.text == "" {
		r.text = r.again
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	r.given += n
	return n, nil
}
