package lang

import (
	"strconv"
	"strings"

	"golang.org/x/text/number"
)

// Number writes a whole number with the digits and the grouping of the
// language: 12,345; 12 345; ۱۲٬۳۴۵.
func (p *Printer) Number(n int64) string {
	return p.numbers.Sprint(number.Decimal(n))
}

// Plain writes a whole number with the digits of the language but without
// grouping, as years and codes are written.
func (p *Printer) Plain(n int64) string {
	ascii := strconv.FormatInt(n, 10)
	if p.digits[0] == "0" {
		return ascii
	}
	var b strings.Builder
	for _, c := range ascii {
		if '0' <= c && c <= '9' {
			b.WriteString(p.digits[c-'0'])
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Decimal writes a number with at most the given number of fraction digits.
func (p *Printer) Decimal(f float64, digits int) string {
	return p.numbers.Sprint(number.Decimal(f, number.MaxFractionDigits(digits)))
}

// Percent writes a share as a percentage without fraction: 0.42 as 42%.
func (p *Printer) Percent(share float64) string {
	return p.numbers.Sprint(number.Percent(share, number.MaxFractionDigits(0)))
}

// Bytes writes an amount of data in decimal units (1 kB = 1,000 bytes), with
// one fraction digit where it says something: 1.4 MB.
func (p *Printer) Bytes(n int64) string {
	f, unit := float64(n), 0
	units := []string{"bytes.b", "bytes.kb", "bytes.mb", "bytes.gb", "bytes.tb"}
	// 999.95 would be rounded to 1,000 of the smaller unit.
	for unit < len(units)-1 && (f >= 999.95 || f <= -999.95) {
		f /= 1000
		unit++
	}
	digits := 1
	if unit == 0 || f >= 99.95 {
		digits = 0
	}
	return p.T(units[unit], "size", raw(p.Decimal(f, digits)))
}

// RelDays writes a distance in days: today, tomorrow, in 5 days, 5 days ago.
func (p *Printer) RelDays(n int) string {
	switch {
	case n == 0:
		return p.T("days.today")
	case n == 1:
		return p.T("days.tomorrow")
	case n == -1:
		return p.T("days.yesterday")
	case n < 0:
		return p.N("days.ago", -n)
	}
	return p.N("days.ahead", n)
}

// raw is text the printer itself wrote in its own language, which needs no
// isolate.
type raw string
