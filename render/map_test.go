package render

import (
	"slices"
	"strings"
	"testing"

	"entrail/queries"
)

func TestCountriesHaveEachTheirPlace(t *testing.T) {
	taken := map[gridPlace]string{}
	for code, at := range countryCells {
		if other := taken[at]; other != "" {
			t.Errorf("%s and %s are on one place", code, other)
		}
		taken[at] = code
		if len(code) != 2 || strings.ToUpper(code) != code {
			t.Errorf("%q is no code of a country", code)
		}
	}
	for _, near := range []struct{ west, east string }{{"US", "PT"}, {"PT", "DE"}, {"DE", "CN"}, {"BR", "AO"}, {"AO", "AU"}} {
		if countryCells[near.west].column >= countryCells[near.east].column {
			t.Errorf("%s is not west of %s", near.west, near.east)
		}
	}
	for _, near := range []struct{ north, south string }{{"NO", "IT"}, {"IT", "LY"}, {"EG", "ZA"}, {"CA", "US"}, {"CO", "AR"}, {"CN", "AU"}} {
		if countryCells[near.north].row >= countryCells[near.south].row {
			t.Errorf("%s is not north of %s", near.north, near.south)
		}
	}
}

func TestMap(t *testing.T) {
	c, err := newChart(queries.Chart{Type: "map", X: "country", Y: []string{"sign_ins"}}, []queries.Column{column("country", queries.Text), column("sign_ins", queries.Integer)})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]any{{"NL", int64(900)}, {"nl", int64(100)}, {"RO", int64(3)}, {"AQ", int64(2)}, {nil, int64(5)}} {
		c.add(row)
	}
	p := c.picture()
	class := func(code string) string {
		for i, l := range p.Labels {
			if l.Text == code {
				return p.Marks[i].Class
			}
		}
		return ""
	}
	if class("NL") != "h5" || class("RO") == "h0" || class("DE") != "h0" {
		t.Errorf("NL %s, RO %s, DE %s: want the darkest, some shade, and none", class("NL"), class("RO"), class("DE"))
	}
	if want := "NL 1,000, RO 3. Not on the map: no country 5, AQ 2."; p.Note != want {
		t.Errorf("note %q, want %q", p.Note, want)
	}
	if !slices.ContainsFunc(p.Marks, func(m markRect) bool { return m.Tip == "RO: 3 sign-ins" }) {
		t.Error("no square says how many sign-ins Romania has")
	}
}
