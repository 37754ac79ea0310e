package render

import (
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

//go:embed countries.txt
var countriesTxt string

// gridPlace is a place in the grid of countries.
type gridPlace struct{ column, row int }

// countryCells are the places of the countries, by their code of two letters.
var countryCells = mustReadCountries(countriesTxt)

func mustReadCountries(list string) map[string]gridPlace {
	cells := map[string]gridPlace{}
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var code string
		var c gridPlace
		if _, err := fmt.Sscanf(line, "%s %d %d\n", &code, &c.column, &c.row); err != nil {
			panic(fmt.Sprintf("countries.txt: %q: %v", line, err))
		}
		cells[code] = c
	}
	return cells
}

// countries draws a square a country, with its code in it: no map that would have to be
// fetched, and small countries are seen. The shades grow with the powers of the sum: a few
// sign-ins from abroad are not lost beside the many from home.
func (c *chart) countries(p *picture) {
	const wide, high, left, above = 26, 22, 12, 4
	sums := map[string]float64{}
	for _, pt := range c.points {
		country := strings.ToUpper(pt.x)
		if pt.x == nowhere {
			country = "no country"
		}
		sums[country] += pt.y[0]
	}
	top := 0.0
	var named, elsewhere []string
	for country, sum := range sums {
		if sum == 0 {
			continue
		}
		if _, known := countryCells[country]; known {
			named, top = append(named, country), max(top, sum)
		} else {
			elsewhere = append(elsewhere, country)
		}
	}
	bySum := func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), strings.Compare(a, b))
	}
	slices.SortFunc(named, bySum)
	slices.SortFunc(elsewhere, bySum)
	p.Desc = fmt.Sprintf("%s by %s: %s", words(c.Y[0]), c.X, inWords(named, sums, len(named)))
	var codes []string
	columns, rows := 0, 0
	for code, at := range countryCells {
		codes = append(codes, code)
		columns, rows = max(columns, at.column+1), max(rows, at.row+1)
	}
	slices.Sort(codes)
	p.Width, p.Height = px(left+wide*columns+left), px(above+high*rows+above)
	for _, code := range codes {
		at, sum := countryCells[code], sums[code]
		x, y := left+float64(wide*at.column), above+float64(high*at.row)
		r := markRect{X: px(x), Y: px(y), W: wide, H: high, Class: "h0"}
		class := "mid"
		if sum > 0 {
			r.Class = "h" + strconv.Itoa(min(5, int(math.Ceil(5*math.Log1p(sum)/math.Log1p(top)))))
			r.Tip = fmt.Sprintf("%s: %s %s", code, number(sum), words(c.Y[0]))
			class = "mid in"
			if r.Class == "h4" || r.Class == "h5" {
				class = "mid on"
			}
		}
		p.Marks = append(p.Marks, r)
		p.Labels = append(p.Labels, label{px(x + wide/2), px(y + high/2 + 4), class, code})
	}
	p.shades(func(i int) float64 { return math.Floor(math.Expm1(math.Log1p(top) * float64(i) / 5)) })
	var notes []string
	if len(named) > 0 {
		notes = append(notes, inWords(named, sums, 12)+".")
	}
	if len(elsewhere) > 0 {
		notes = append(notes, "Not on the map: "+inWords(elsewhere, sums, 12)+".")
	}
	p.Note = strings.TrimSpace(p.Note + " " + strings.Join(notes, " "))
}

// inWords lists the first of the countries with their sums.
func inWords(countries []string, sums map[string]float64, most int) string {
	var all []string
	for _, country := range countries[:min(len(countries), most)] {
		all = append(all, country+" "+number(sums[country]))
	}
	if more := len(countries) - most; more > 0 {
		all = append(all, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(all, ", ")
}
