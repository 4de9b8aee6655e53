package lang

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// jalaliReader reports whether the language's readers live by the Solar
// Hijri calendar, so that a date gives it first.
func (p *Printer) jalaliReader() bool { return p.tag.Base() == "fa" }

// Date writes the day of t, in the location t carries: 18 February 2022.
// In Persian the Solar Hijri date comes first and the Gregorian one follows in
// brackets.
func (p *Printer) Date(t time.Time) string {
	y, m, d := t.Date()
	if !p.jalaliReader() {
		return p.day("date.long", "month.", y, int(m), d)
	}
	jy, jm, jd := Jalali(y, m, d)
	return p.both(p.day("date.long", "month.jalali.", jy, jm, jd), p.day("date.long", "month.", y, int(m), d))
}

// DateShort writes the day of t in few characters, for tables.
func (p *Printer) DateShort(t time.Time) string {
	y, m, d := t.Date()
	if !p.jalaliReader() {
		return p.day("date.short", "month.short.", y, int(m), d)
	}
	jy, jm, jd := Jalali(y, m, d)
	return p.both(p.day("date.short", "month.jalali.", jy, jm, jd), p.day("date.short", "month.short.", y, int(m), d))
}

// DateTime writes day, time and time zone: 18 February 2022, 14:30 (UTC+5,
// Asia/Almaty). A nil location is UTC.
func (p *Printer) DateTime(t time.Time, loc *time.Location) string {
	if loc == nil {
		loc = time.UTC
	}
	t = t.In(loc)
	clock := p.pad(t.Hour()) + ":" + p.pad(t.Minute())
	return p.T("date.time", "date", raw(p.Date(t)), "time", raw(clock), "zone", zone(t))
}

// zone names the time zone of t by its distance from UTC and, if it has one,
// by its name. Abbreviations such as IST are left out: they mean several zones.
func zone(t time.Time) string {
	_, seconds := t.Zone()
	name := "UTC"
	if seconds != 0 {
		sign := '+'
		if seconds < 0 {
			sign, seconds = '−', -seconds
		}
		name += fmt.Sprintf("%c%d", sign, seconds/3600)
		if minutes := seconds / 60 % 60; minutes != 0 {
			name += fmt.Sprintf(":%02d", minutes)
		}
	}
	if city := t.Location().String(); strings.Contains(city, "/") {
		name += ", " + city
	}
	return name
}

// Month writes a month of the Gregorian calendar as a heading: February 2022.
// In Persian the Solar Hijri months it touches come first.
func (p *Printer) Month(year int, month time.Month) string {
	plain := p.T("date.month", "month", raw(p.T("month.alone."+strconv.Itoa(int(month)))), "year", raw(p.Plain(int64(year))))
	if !p.jalaliReader() {
		return plain
	}
	y1, m1, _ := Jalali(year, month, 1)
	y2, m2, _ := Jalali(year, month+1, 0)
	from := p.T("month.jalali." + strconv.Itoa(m1))
	if y1 != y2 {
		from = p.T("date.month", "month", raw(from), "year", raw(p.Plain(int64(y1))))
	}
	to := p.T("date.month", "month", raw(p.T("month.jalali."+strconv.Itoa(m2))), "year", raw(p.Plain(int64(y2))))
	return p.both(p.T("date.span", "from", raw(from), "to", raw(to)), plain)
}

// both joins a Solar Hijri and a Gregorian date.
func (p *Printer) both(jalali, gregorian string) string {
	return p.T("date.both", "first", raw(jalali), "second", raw(gregorian))
}

// day fills a date pattern. A language chooses among {d} and {dd} for the
// day, {m}, {mm} and {month} for the month, and {y} for the year.
func (p *Printer) day(key, months string, y, m, d int) string {
	return p.T(key,
		"d", raw(p.Plain(int64(d))), "dd", raw(p.pad(d)),
		"m", raw(p.Plain(int64(m))), "mm", raw(p.pad(m)), "month", raw(p.T(months+strconv.Itoa(m))),
		"y", raw(p.Plain(int64(y))))
}

// pad writes a number below 100 with two digits.
func (p *Printer) pad(n int) string {
	s := p.Plain(int64(n))
	if n < 10 {
		return p.Plain(0) + s
	}
	return s
}
