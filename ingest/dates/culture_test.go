package dates

import (
	"testing"
)

func TestParseCultureDate(t *testing.T) {
	for _, test := range []struct{ text, day, month, reason string }{
		{"03/12/2025 07:22", "2025-12-03 07:22:00.000000", "2025-03-12 07:22:00.000000", "Excel"},
		{"3/12/2025 7:22:01 PM", "2025-12-03 19:22:01.000000", "2025-03-12 19:22:01.000000", "PowerShell"},
		{"3/12/2025 12:00:00 AM", "2025-12-03 00:00:00.000000", "2025-03-12 00:00:00.000000", "midnight"},
		{"3/12/2025 12:00:00 p. m.", "2025-12-03 12:00:00.000000", "2025-03-12 12:00:00.000000", "noon in Spanish"},
		{"3/12/2025 7:22:01\u202fPM", "2025-12-03 19:22:01.000000", "2025-03-12 19:22:01.000000", "the narrow space of newer .NET"},
		{"3/12/2025, 2:08:45.221 PM", "2025-12-03 14:08:45.221000", "2025-03-12 14:08:45.221000", "Log Analytics"},
		{"03.12.25 07:22", "2025-12-03 07:22:00.000000", "2025-03-12 07:22:00.000000", "two digits of the year"},
		{"2025/03/12 07:22", "2025-03-12 07:22:00.000000", "2025-03-12 07:22:00.000000", "the year first"},
		{"25/12/03", "", "", "the year is first"},
		{"2025/3/9 7:22", "2025-03-09 07:22:00.000000", "2025-03-09 07:22:00.000000", "the year first, as Excel has it in China"},
		{"2025. 12. 03. 7:22:01", "2025-12-03 07:22:01.000000", "2025-12-03 07:22:01.000000", "Hungarian"},
		{"3. 12. 2025 7:22:01", "2025-12-03 07:22:01.000000", "2025-03-12 07:22:01.000000", "Slovak"},
		{"03.12.2025. 7:22:01", "2025-12-03 07:22:01.000000", "2025-03-12 07:22:01.000000", "Croatian"},
		{"3.12.2025 г. 7:22:01", "2025-12-03 07:22:01.000000", "2025-03-12 07:22:01.000000", "Bulgarian"},
		{"3/12/2025 7:22:01 μ.μ.", "2025-12-03 19:22:01.000000", "2025-03-12 19:22:01.000000", "Greek"},
		{"03/12/2025 12:22:01 SA", "2025-12-03 00:22:01.000000", "2025-03-12 00:22:01.000000", "Vietnamese"},
		{"2025-12-03 오후 7:22", "2025-12-03 19:22:00.000000", "2025-12-03 19:22:00.000000", "Korean: the half of the day comes first"},
		{"3/12/2568 7:22:01", "2025-12-03 07:22:01.000000", "2025-03-12 07:22:01.000000", "Thai: the Buddhist era"},
		{"3/12/2025 7:22:01 PM +02:00", "2025-12-03 17:22:01.000000", "2025-03-12 17:22:01.000000", "DateTimeOffset of .NET"},
		{"3/12/2025 0:22:01 -05:30", "2025-12-03 05:52:01.000000", "2025-03-12 05:52:01.000000", "west of UTC"},
		{"3/12/2025 1:00:00 +02:00", "2025-12-02 23:00:00.000000", "2025-03-11 23:00:00.000000", "another day in UTC"},
		{"3/12/2025 7:22:01 UTC", "2025-12-03 07:22:01.000000", "2025-03-12 07:22:01.000000", "UTC is said"},
		{"3/12/2025 7:22:01 CET", "", "", "a zone that is not known"},
		{"3/12/2025 7:22:01 M", "", "", "half of what tells the half"},
		{"3/12/2025 13:22:01 AM", "", "", "no such hour in the morning"},
		{"May 2, 2026 8:01:11 PM", "2026-05-02 20:01:11.000000", "2026-05-02 20:01:11.000000", "the Defender portal"},
		{"May 2, 2026 @ 08:01:11.123", "2026-05-02 08:01:11.123000", "2026-05-02 08:01:11.123000", "Kibana"},
		{"Sat May  2 08:01:11 2026", "2026-05-02 08:01:11.000000", "2026-05-02 08:01:11.000000", "ctime"},
		{"Sat, 2 May 2026 08:01:11 +0200", "2026-05-02 06:01:11.000000", "2026-05-02 06:01:11.000000", "mail"},
		{"Saturday, September 5, 2026 8:01:11 AM", "2026-09-05 08:01:11.000000", "2026-09-05 08:01:11.000000", "the long form of Windows"},
		{"02-May-2026 08:01", "2026-05-02 08:01:00.000000", "2026-05-02 08:01:00.000000", "with hyphens"},
		{"Sept 2, 2026", "2026-09-02 00:00:00.000000", "2026-09-02 00:00:00.000000", "a day alone"},
		{"May 2 08:01:11", "", "", "no year"},
		{"Mayday 2, 2026", "", "", "no month"},
		{"Feb 30, 2026", "", "", "no such day of that month"},
		{"May 2, 2026 or so", "", "", "more than a time"},
		{"2 mai 2026", "", "", "a month of another language"},
		{"14/06/47 07:22", "", "", "a year of the Hijra"},
		{"30/02/2025", "", "", "no such day"},
		{"13/13/2025", "", "", "no such month"},
		{"03/12/2025 25:00", "", "", "no such hour"},
		{"12/31/2025 23:59", "", "2025-12-31 23:59:00.000000", "only a month first"},
		{"2025-12-03T07:22:01Z", "", "", "says by itself what it means"},
		{"10.0.0.1", "", "", "an address"},
		{"1.2.3", "", "", "a version"},
	} {
		d, ok := ParseCulture([]byte(test.text))
		for _, order := range []struct {
			order Order
			want  string
		}{{dayFirst, test.day}, {monthFirst, test.month}} {
			got := ""
			if at, exists := d.at(order.order); ok && exists {
				got = string(AppendTime(at))
			}
			if got != order.want {
				t.Errorf("%s: %q as %s is %q, want %q", test.reason, test.text, order.order, got, order.want)
			}
		}
	}
}

func TestExcelDate(t *testing.T) {
	for _, test := range []struct {
		text      string
		epoch1904 bool
		want      string
		reason    string
	}{
		{"45994.3069444444", false, "2025-12-03 07:22:00.000000", "LibreOffice: =DATE(2025;12;3)+TIME(7;22;0)"},
		{"45994", false, "2025-12-03 00:00:00.000000", "midnight"},
		{"45994,3069444444", false, "2025-12-03 07:22:00.000000", "a European decimal comma"},
		{"44532.3069444444", true, "2025-12-03 07:22:00.000000", "1462 days less"},
		{"12345", false, "", "1933: not a log's"},
		{"459940", false, "", "six digits"},
		{"50126x", false, "", "not a number"},
	} {
		got := ""
		if at, ok := excelDate([]byte(test.text), test.epoch1904); ok {
			got = string(AppendTime(at))
		}
		if got != test.want {
			t.Errorf("%s: %s is %q, want %q", test.reason, test.text, got, test.want)
		}
	}
}

// FuzzCultureDate: what is read is what a person would read.
func FuzzCultureDate(f *testing.F) {
	for _, text := range []string{"03/12/2025 07:22", "3/12/25 7:22:01 p. m.", "2025/12/03", "45994.3", "31.02.2025 00:00", "3. 12. 2568 오후 7:22 +02:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		excelDate([]byte(text), false)
		d, ok := ParseCulture([]byte(text))
		if !ok {
			return
		}
		for _, o := range []Order{dayFirst, monthFirst} {
			at, ok := d.at(o)
			if !ok {
				continue
			}
			at = at.Add(-d.clock)
			for _, n := range []int{int(at.Month()), at.Day()} {
				if n != d.first && n != d.second {
					t.Errorf("%q as %s is %v", text, o, at)
				}
			}
		}
	})
}
