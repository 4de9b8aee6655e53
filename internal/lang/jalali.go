package lang

import "time"

// The Solar Hijri (Jalali) calendar begins its year with the midnight nearest
// to the vernal equinox on the meridian of Tehran. Between 1800 and 2200 that
// gives a cycle of 8 leap years in 33, broken once: 1503, not 1502, is leap.

// farvardin1400 is the day number, counted by dayNumber, of 1 Farvardin 1400,
// which is 21 March 2021.
var farvardin1400 = dayNumber(2021, time.March, 21)

// brokenYear begins a day earlier than the 33-year cycle would have it. The
// equinox of 2124 comes less than a minute before noon in Tehran, so Iran may
// yet rule otherwise.
const brokenYear = 1503

// Jalali converts a Gregorian date to the Solar Hijri calendar. It is exact
// for the years 1800 to 2200 and holds on to the 33-year cycle outside.
func Jalali(year int, month time.Month, day int) (jy, jm, jd int) {
	n := dayNumber(year, month, day)
	// The Gregorian date may have been given in an overflowing form
	// (32 January), so the year is taken from the day.
	jy = civil(n).Year() - 621
	for n < nowruz(jy) {
		jy--
	}
	d := n - nowruz(jy)
	if d < 6*31 {
		return jy, d/31 + 1, d%31 + 1
	}
	d -= 6 * 31
	return jy, d/30 + 7, d%30 + 1
}

// Gregorian converts a Solar Hijri date to the Gregorian calendar.
func Gregorian(jy, jm, jd int) (year int, month time.Month, day int) {
	d := (jm - 1) * 31
	if jm > 7 {
		d -= jm - 7
	}
	return civil(nowruz(jy) + d + jd - 1).Date()
}

// nowruz returns the day number of the first day of a Solar Hijri year.
func nowruz(jy int) int {
	n := farvardin1400 + (jy-1400)*365 + leaps(jy) - leaps(1400)
	if jy == brokenYear {
		n--
	}
	return n
}

// leaps counts the leap years before a year, from an epoch that cancels out.
func leaps(jy int) int { return floorDiv(8*jy+21, 33) }

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// dayNumber counts days from 1 January 1970.
func dayNumber(year int, month time.Month, day int) int {
	const secondsPerDay = 24 * 60 * 60
	return floorDiv(int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()), secondsPerDay)
}

// civil is the day with the given number.
func civil(n int) time.Time {
	return time.Date(1970, time.January, 1+n, 0, 0, 0, 0, time.UTC)
}
