package scan

import (
	"strings"
	"testing"
)

func TestGraphNames(t *testing.T) {
	for _, test := range []struct{ text, want, lost, reason string }{
		{`{"Id":"x","IPAddress":"192.0.2.1"}`, `{"id":"x","ipAddress":"192.0.2.1"}`, "", "an abbreviation is one word"},
		{`{"RiskEventTypesV2":[],"@odata.type":"#X"}`, `{"riskEventTypesV2":[],"@odata.type":"#X"}`, "", "an empty list stays"},
		{`{"ID":1, "OS" : "Id"}`, `{"id":1, "os" : "Id"}`, "", "values and blanks stay"},
		{`{"Location":{"City":"Cork","GeoCoordinates":{"Latitude":1}}}`, `{"location":{"city":"Cork","geoCoordinates":{"latitude":1}}}`, "", "inner objects too"},
		{`{"Status":"Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus","A":"b"}`, `{"status":null,"a":"b"}`, "status", "the name of a type is no value"},
		{`{"Policies":["Microsoft.Graph.PowerShell.Models.P","Microsoft.Graph.PowerShell.Models.P"]}`, `{"policies":null}`, "policies policies", "a list of them is no list"},
		{`{"L":["Microsoft.Graph.PowerShell.Models.P",{"A":"\"B\":"}]}`, `{"l":[null,{"a":"\"B\":"}]}`, "l", "a list of more stays one"},
	} {
		var lost []string
		got := string(GraphNames(nil, []byte(test.text), func(p string) { lost = append(lost, p) }))
		if got != test.want || strings.Join(lost, " ") != test.lost {
			t.Errorf("%s: %s\n got %s, lost %q\nwant %s", test.reason, test.text, got, lost, test.want)
		}
	}
}

// FuzzGraphNames: of JSON comes JSON, with as many brackets and no more.
func FuzzGraphNames(f *testing.F) {
	f.Add([]byte(`{"Id":"x","L":["Microsoft.Graph.PowerShell.Models.P"],"A":{"B":[[],{}]}}`))
	f.Add([]byte(`{"A\u0041":"System.Object[]","":[1,"\"",null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var json JSONText
		if json.Walk(text) != nil || json.Flaws != 0 {
			return
		}
		got := GraphNames(nil, text, func(string) {})
		if err := json.Walk(got); err != nil || json.Flaws != 0 {
			t.Errorf("%s became %s: %v", text, got, err)
		}
	})
}
