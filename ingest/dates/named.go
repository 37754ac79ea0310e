package dates

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The name of a month leaves nothing open: the Defender portal's CSV has "May 2, 2026 8:01:11 AM", or in the language of who
// exported "2. Mai 2026 08:01:11", Kibana "May 2, 2026 @ 08:01:11.000", programs of Unix "Sat May  2 08:01:11 2026", mail "Sat, 2
// May 2026 08:01:11 +0200", web servers "02/May/2026:08:01:11 +0200". East Asia counts months, with a word behind the number.
var (
	weekday   = regexp.MustCompile(`^(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*|\pL{2,}), |^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.? `)
	monthDay  = regexp.MustCompile(`^(\pL{3,})\.? (\d{1,2})(?:,? (\d{4}))?(.*)$`)
	dayMonth  = regexp.MustCompile(`^(?:den )?(\d{1,2})\.?[ /-](?:de )?(\pL{3,})\.?[ /-](?:de |del )?(\d{4})(?: г\.)?(.*)$`)
	yearFirst = regexp.MustCompile(`^(\d{4})\. (\pL{3,})\.? (\d{1,2})\.(.*)$`)
	counted   = regexp.MustCompile(`^(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일](.*)$`)
	yearAtEnd = regexp.MustCompile(`^(.*\S) (\d{4})$`)
	timeOfDay = regexp.MustCompile(`^(?::|,?(?: (?:at|@|um|à|om|kl\.?|alle ore|a las|às|o|в))? ?)(\d.*)$`)
	halfFirst = regexp.MustCompile(`^ ?(\pL+) ?(\d.*)$`)
)

// numbered is a time with the name of a month as one of numbers alone, the year first; "" for any other.
func numbered(text string) string {
	text = weekday.ReplaceAllString(strings.Join(strings.Fields(text), " "), "")
	var day, month, year, rest string
	if m := monthDay.FindStringSubmatch(text); m != nil {
		month, day, year, rest = m[1], m[2], m[3], m[4]
		if end := yearAtEnd.FindStringSubmatch(rest); year == "" && end != nil {
			rest, year = end[1], end[2]
		}
	} else if m := dayMonth.FindStringSubmatch(text); m != nil {
		day, month, year, rest = m[1], m[2], m[3], m[4]
	} else if m := yearFirst.FindStringSubmatch(text); m != nil {
		year, month, day, rest = m[1], m[2], m[3], m[4]
	} else if m := counted.FindStringSubmatch(text); m != nil {
		if half := halfFirst.FindStringSubmatch(m[4]); half != nil {
			m[4] = " " + half[1] + " " + half[2]
		}
		return m[1] + "-" + m[2] + "-" + m[3] + m[4]
	}
	number := monthOf(month)
	if number == 0 || year == "" {
		return ""
	}
	if rest != "" {
		clock := timeOfDay.FindStringSubmatch(rest)
		if clock == nil {
			return ""
		}
		rest = " " + clock[1]
	}
	return year + "-" + strconv.Itoa(number) + "-" + day + rest
}

// months are their names, as dates of these languages have them. Shorter forms are their beginnings.
var months = [][12]string{
	{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
	{"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"},
	{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
	{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
	{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"},
	{"ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince"},
	{"január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október", "november", "december"},
	{"ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık"},
	{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
}

// monthOf is the number of a month by its name, or by three letters or more that such names begin with if they are those of
// one month in all languages; 0 for none.
func monthOf(name string) (number int) {
	name = strings.ToLower(name)
	if name == "mrt" { // Dutch, for maart
		return 3
	}
	if utf8.RuneCountInString(name) < 3 {
		return 0
	}
	for _, names := range months {
		for i, whole := range names {
			if whole == name {
				return i + 1
			}
			if strings.HasPrefix(whole, name) {
				if number > 0 && number != i+1 {
					number = -1
				} else if number == 0 {
					number = i + 1
				}
			}
		}
	}
	return max(number, 0)
}

// mayBeNamed tells whether a text begins as a time with the name of a month, which others do not.
func mayBeNamed(cell []byte) bool {
	head := string(cell[:min(len(cell), 10)])
	for i, c := range head {
		if unicode.IsLetter(c) {
			return i == 0 || head[0] >= '0' && head[0] <= '9' && i < 7
		}
	}
	return false
}
