package ingest

import (
	"fmt"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// TestDateOrder loads files that differ in nothing but their dates.
func TestDateOrder(t *testing.T) {
	t.Parallel()
	many := func(dates ...string) string { return strings.Join(dates, ";") }
	// Ten rows on four days over a turn of the month, newest first: as
	// month-day the second half would be older and then younger again.
	turn := many("02/12/2025 09:00", "02/12/2025 08:00", "02/12/2025 07:00", "01/12/2025 09:00", "01/12/2025 08:00", "12/11/2025 09:00", "12/11/2025 08:00", "11/11/2025 09:00", "11/11/2025 08:00", "11/11/2025 07:00")
	// Twelve rows that somebody has sorted as texts, Z to A.
	byText := func(layout string) string {
		var dates []string
		for day := 9; day > 3; day-- {
			for month := 5; month > 3; month-- {
				dates = append(dates, fmt.Sprintf(layout, day, month))
			}
		}
		return many(dates...)
	}
	tests := []struct {
		name, asked, dates, first, note, refusal, reason string
	}{
		{"a.csv", "", many("03/12/2025 07:22", "13/12/2025 07:22"), "2025-12-03 07:22:00", `day-month-year: no month is above 12 in "13/12/2025 07:22" in column "CreatedDateTime", line 3`, "", "a day above 12 stands first"},
		{"a.csv", "", many("03/12/2025 07:22", "12/13/2025 07:22"), "2025-03-12 07:22:00", "month-day-year: no month is above 12", "", "a day above 12 stands second"},
		{"a.csv", "dmy", many("03/12/2025 07:22", "12/13/2025 07:22"), "2025-03-12 07:22:00", "month-day-year: no month is above 12", "", "what is certain comes before what is said"},
		{"a.csv", "", many("13/12/2025 07:22", "12/13/2025 07:22"), "", "", "some dates have the day first", "both"},
		{"a.csv", "dmy", many("13/12/2025 07:22", "12/13/2025 07:22"), "2025-12-13 07:22:00", "day-month-year: as --date-order says", `"12/13/2025 07:22" is no date in the order day-month-year`, "both, and one is said to be right"},
		{"a.csv", "", "03.12.2025 07:22", "2025-12-03 07:22:00", "day-month-year: they are written with dots", "", "dots"},
		{"a.csv", "", many("03/03/2025 07:22", "04/04/2025 07:22"), "2025-03-03 07:22:00", "the same number in all of them", "", "no difference"},
		{"a.csv", "", "3/12/2025, 2:08:45.221 PM", "2025-03-12 14:08:45.221", "<nil>", "", "Log Analytics"},
		{"a.csv", "", "13/12/2025, 2:08:45.221 PM", "2025-12-13 14:08:45.221", "day-month-year: no month is above 12", "", "Log Analytics in a European browser"},
		{"a.csv", "", turn, "2025-11-11 07:00:00", "day-month-year: only so are the rows in the order of time", "", "sorted"},
		{"SignIns_2025-12-01_2025-12-08.csv", "", "03/12/2025 07:22", "2025-12-03 07:22:00", "day-month-year: so they lie within the days", "", "the file's name tells the days"},
		{"SignIns_2025-01-01_2025-12-31.csv", "", "03/12/2025 07:22", "", "", "can be day-month or month-day", "the name tells too many"},
		{"a.csv", "", many("03/12/2025 07:22", "04/12/2025 07:22"), "", "", `"03/12/2025 07:22" in column "CreatedDateTime", line 2 can be day-month or month-day, and nothing in the file tells which: say it with --date-order dmy or --date-order mdy`, "nothing tells"},
		{"a.csv", "dmy", many("03/12/2025 07:22", "04/12/2025 07:22"), "2025-12-03 07:22:00", "day-month-year: as --date-order says", "", "said"},
		{"a.csv", "mdy", many("03/12/2025 07:22", "04/12/2025 07:22"), "2025-03-12 07:22:00", "month-day-year: as --date-order says", "", "said"},
		{"a.csv", "", "45994.3069444444", "2025-12-03 07:22:00", "times stand as Excel's numbers", "", "numbers"},
		{"a.csv", "", byText("%02d/%02d/2025 07:22"), "", "", "can be day-month or month-day", "sorted as texts: that says nothing about time"},
		{"a.csv", "", many("25-12-16 07:22", "25-12-13 07:22"), "", "", `dates begin with two digits for the year ("25-12-13 07:22" in column "CreatedDateTime", line 3), which is not read`, "two digits of a year that comes first"},
		{"a.csv", "", "24.12.25 07:22", "", "", "can begin or end with the year, and nothing in the file tells which", "they may come first or last"},
		{"a.csv", "dmy", "24.12.25 07:22", "2025-12-24 07:22:00", "no month is above 12", "", "said"},
		{"a.csv", "", many("24.12.25 07:22", "25.12.25 07:22", "26.12.25 07:22"), "2025-12-24 07:22:00", "no month is above 12", "", "three years of the same day are less likely"},
		{"a.csv", "", many("24.12.25 07:22", "03.12.25 07:22"), "2025-12-03 07:22:00", "no month is above 12", "", "no log is of 2003"},
		{"a.csv", "", "3/13/2025 7:22:01 AM +00:00", "2025-03-13 07:22:01", "month-day-year: no month is above 12", "", "with the distance to UTC"},
		{"a.csv", "dmy", many("45994.3069444444", "13/12/2025 07:22"), "", "", "it has swapped day and month in some", "numbers beside texts"},
		{"a.csv", "", many("2025-12-03T07:22:00Z", "last Tuesday"), "2025-12-03 07:22:00", `1 times are in no form that is known and are left out, for example "last Tuesday" in column "CreatedDateTime"`, "", "no time at all"},
	}
	// All files are loaded together; each has a user of its own.
	for _, asked := range []string{"", "dmy", "mdy"} {
		var paths []string
		for i, test := range tests {
			if test.asked != asked {
				continue
			}
			var text strings.Builder
			text.WriteString("CreatedDateTime,UserPrincipalName,AppDisplayName\r\n")
			for date := range strings.SplitSeq(test.dates, ";") {
				text.WriteString(`"` + date + `",adele.` + fmt.Sprint(i) + "@contoso.com,Teams\r\n")
			}
			paths = append(paths, write(t, fmt.Sprintf("%02d/%s", i, test.name), text.String()))
		}
		c := loadWith(t, Options{DateOrder: asked}, paths...)
		for i, test := range tests {
			if test.asked != asked {
				continue
			}
			row := c.ask(fmt.Sprintf(`
				select
					coalesce((select min(event_time) from sign_ins where sign_ins.file_id = files.file_id)::varchar, ''),
					note,
					coalesce((select any_value(reason) from rejects where rejects.file_id = files.file_id), '')
				from files
				where parse_path(path)[-2] = '%02d'`, i))
			cells := strings.Split(row[0], "|")
			if cells[0] != test.first || !strings.Contains(cells[1], test.note) || !strings.Contains(cells[2], test.refusal) || (cells[2] == "") != (test.refusal == "") {
				t.Errorf("%s:\n got %q\nwant %q, %q, %q", test.reason, cells, test.first, test.note, test.refusal)
			}
		}
	}
}

// TestDateOrderByNeighbour: another time of the same rows says it.
func TestDateOrderByNeighbour(t *testing.T) {
	c := load(t, write(t, "risk.csv", "Id,RiskEventType,ActivityDateTime,DetectedDateTime\r\n1,x,03/12/2025 07:22,2025-12-03T07:25:00Z\r\n"))
	c.want("select event_time, detected_date_time from risk_detections", "2025-12-03 07:22:00|2025-12-03 07:25:00")
	c.want("select note from files", `the dates in "ActivityDateTime" were read as day-month-year: so they agree with the other times of their rows`)
	c.want("select raw ->> '$.activityDateTime' from risk_detections", "03/12/2025 07:22")

	// One of the columns is days later than the one that is certain.
	c = load(t, write(t, "risk.csv", "Id,RiskEventType,ActivityDateTime,DetectedDateTime,LastUpdatedDateTime\r\n1,x,03/12/2025 07:22,2025-12-03T07:25:00Z,08/12/2025 07:25\r\n"))
	c.want("select event_time, last_updated_date_time from risk_detections", "2025-12-03 07:22:00|2025-12-08 07:25:00")
}

// TestDateOrderInJSON: a file of JSON is decided as one of CSV is.
func TestDateOrderInJSON(t *testing.T) {
	t.Parallel()
	// flat is a sign-in that PowerShell has read from CSV and written as JSON.
	// All files are loaded together: # becomes the number of the file.
	flat := func(date string) string {
		return `{"Id":"#","CreatedDateTime":"` + date + `","UserPrincipalName":"adele@contoso.com","AppId":"a","IsInteractive":true}`
	}
	risk := func(detected, activity string) string {
		return `{"id":"#","riskEventType":"x","detectedDateTime":"` + detected + `","activityDateTime":"` + activity + `"}`
	}
	event := func(date string) string {
		return strings.Replace(audit("#"+date, "Send"), "2026-10-01T08:00:00", date, 1)
	}
	text := func(record string) string { return `"` + strings.ReplaceAll(record, `"`, `\"`) + `"` }
	tests := []struct {
		name, asked, text            string
		first, note, refused, reason string
	}{
		{"a.json", "", "[" + flat("03/02/2026 07:22:01") + "," + flat("13/02/2026 07:22:01") + "]", "2026-02-03 07:22:01", `the dates in "CreatedDateTime" were read as day-month-year: no month is above 12 in "13/02/2026 07:22:01" in column "CreatedDateTime", line 1`, "", "a later one has its day above 12"},
		{"a.json", "", flat("2/3/2026 7:22:01 AM") + "\n" + flat("2/13/2026 7:22:01 AM"), "2026-02-03 07:22:01", "month-day-year: no month is above 12", "", "the month first, as the culture en-US has it"},
		{"a.json", "", "[" + flat("2/3/2026 7:22:01 AM") + "]", "", "", `can be day-month or month-day, and nothing in the file tells which: say it with --date-order dmy or --date-order mdy`, "nothing tells"},
		{"a.json", "dmy", "[" + flat("2/3/2026 7:22:01 AM") + "]", "2026-03-02 07:22:01", "day-month-year: as --date-order says", "", "said"},
		{"a.json", "", "[" + flat("2/3/2026 7:22:01 AM") + "," + flat("2026-02-03T07:22:02Z") + "]", "2026-02-03 07:22:02", "", "can be day-month or month-day", "a record that is certain stays"},
		{"a.json", "", flat("03.02.2026 07:22:01"), "2026-02-03 07:22:01", "they are written with dots", "", "dots"},
		{"a.json", "", flat(`3\/2\/2026 7:22:01\u202fPM`) + flat(`13\/2\/2026 7:22:01\u202fPM`), "2026-02-03 19:22:01", "day-month-year: no month is above 12", "", "slashes and the narrow space as escapes"},
		{"a.json", "", flat("3-2-2026 07:22:01") + flat("13-2-2026 07:22:01"), "2026-02-03 07:22:01", "day-month-year: no month is above 12", "", "a dash where ISO has one too"},
		{"a.json", "", flat("13-2-2026 7:22"), "2026-02-13 07:22:00", "day-month-year: no month is above 12", "", "a dash where ISO has the first one"},
		{"a.json", "", flat("2026-02-03 오전 7:22"), "2026-02-03 07:22:00", "", "", "begins as ISO does"},
		{"a.json", "", flat("2026/02/03 07:22:01"), "2026-02-03 07:22:01", "", "", "the year first: nothing to decide"},
		{"SignIns_2026-02-01_2026-02-08.json", "", flat("03/02/2026 07:22:01"), "2026-02-03 07:22:01", "so they lie within the days", "", "the file's name tells the days"},
		{"a.json", "", risk("03/02/2026 07:25:00", "2026-02-03T07:22:00Z"), "2026-02-03 07:22:00", `the dates in "detectedDateTime" were read as day-month-year: so they agree with the other times of their rows`, "", "a neighbour that is certain"},
		{"a.json", "", risk("03/02/2026 07:25:00", `\/Date(1770103320000)\/`), "2026-02-03 07:22:00", "so they agree with the other times", "", "a neighbour of PowerShell's"},
		{"a.json", "", "[" + flat("31/02/2026 07:22:01") + "," + flat("13/02/2026 07:22:02") + "]", "2026-02-13 07:22:02", "", `"31/02/2026 07:22:01" is no date in the order day-month-year`, "no such day"},
		{"a.json", "", `{"time":"2/3/2026 7:23:00 AM","category":"UserRiskEvents","properties":` + risk("2/3/2026 7:25:00 AM", "2/3/2026 7:22:00 AM") + `}`, "2026-02-03 07:22:00", "month-day-year: that is how Azure writes them", "", "Azure's diagnostic settings"},
		{"a.json", "", `{"time":"x","category":"UserRiskEvents","properties":` + risk("13/2/2026 7:25:00 AM", "3/2/2026 7:22:00 AM") + `}`, "2026-02-03 07:22:00", "day-month-year: no month is above 12", "", "the same through somebody's hands"},
		{"a.json", "", `[{"AuditData":` + text(event("03/02/2026 07:22:01")) + `},{"AuditData":` + event("13/02/2026 07:22:01") + `}]`, "2026-02-03 07:22:01", "day-month-year: no month is above 12", "", "AuditData as text and as object"},
		{"a.csv", "", auditCSV(event("03/02/2026 07:22:01"), event("13/02/2026 07:22:01")), "2026-02-03 07:22:01", "day-month-year: no month is above 12", "", "AuditData in CSV"},
	}
	for _, asked := range []string{"", "dmy"} {
		var paths, want, reasons []string
		for i, test := range tests {
			if test.asked != asked {
				continue
			}
			paths = append(paths, write(t, fmt.Sprintf("%02d/%s", i, test.name), strings.ReplaceAll(test.text, "#", fmt.Sprint(i))))
			want = append(want, test.first+"|"+test.note+"|"+test.refused)
			reasons = append(reasons, test.reason)
		}
		c := loadWith(t, Options{DateOrder: asked}, paths...)
		got := c.ask(`
			select
				coalesce(first_event::varchar, ''),
				coalesce(note, ''),
				coalesce((select any_value(reason) from rejects where rejects.file_id = files.file_id), '')
			from files
			order by parse_path(path)[-2]`)
		for i, reason := range reasons {
			g, w := strings.Split(got[i], "|"), strings.Split(want[i], "|")
			if g[0] != w[0] || !strings.Contains(g[1], w[1]) || !strings.Contains(g[2], w[2]) || (g[2] == "") != (w[2] == "") {
				t.Errorf("%s:\n got %q\nwant %q", reason, g, w)
			}
		}
		if asked == "" {
			c.want("select raw ->> '$.createdDateTime' from sign_ins where id = '0' order by record", "03/02/2026 07:22:01", "13/02/2026 07:22:01")
		}
	}
}

// TestOffsetsOfTimes: no zone is more than 14 hours from UTC, and a time of one that
// says so is none. A date alone ends in what looks like an offset.
func TestOffsetsOfTimes(t *testing.T) {
	c := load(t, write(t, "x.json", signIn("s1")))
	for text, want := range map[string]string{
		"2026-10-01T08:00:00+14:00":     "2026-09-30 18:00:00",
		"2026-10-01T08:00:00-1100":      "2026-10-01 19:00:00",
		"2026-10-01T08:00:00.123-09:30": "2026-10-01 17:30:00.123",
		"2026-10-01T08:00:00Z":          "2026-10-01 08:00:00",
		"2026-10-20":                    "2026-10-20 00:00:00",
		"2026-10-01T08:00:00+99:00":     "<nil>",
		"2026-10-01T08:00:00.5-15:00":   "<nil>",
		"2026-10-01T08:00:00+14:01":     "<nil>",
		"2026-10-01T08:00:00+20":        "<nil>",
		"2026-10-01 08:00:00 +2500":     "<nil>",
	} {
		if got := c.ask("select utc(" + engine.Literal(text) + ")::varchar"); got[0] != want {
			t.Errorf("%s is %s, want %s", text, got[0], want)
		}
	}
}
