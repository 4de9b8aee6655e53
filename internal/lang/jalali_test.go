package lang_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"karvan/internal/lang"
)

func TestJalaliKnownDates(t *testing.T) {
	for _, c := range []struct {
		name      string
		gregorian string
		jalali    string
	}{
		{"a Friday in winter", "2022-02-18", "1400-11-29"},
		{"Nowruz of 1304, the first of the official calendar", "1925-03-21", "1304-01-01"},
		{"Nowruz 1358", "1979-03-21", "1358-01-01"},
		{"22 Bahman 1357", "1979-02-11", "1357-11-22"},
		{"Nowruz 1375 after a common year", "1996-03-20", "1375-01-01"},
		{"the last day of leap year 1375", "1997-03-20", "1375-12-30"},
		{"Nowruz 1379 in a Gregorian leap century year", "2000-03-20", "1379-01-01"},
		{"the last day of 1399, a leap year", "2021-03-20", "1399-12-30"},
		{"Nowruz 1400", "2021-03-21", "1400-01-01"},
		{"Nowruz 1401", "2022-03-21", "1401-01-01"},
		{"Nowruz 1402", "2023-03-21", "1402-01-01"},
		{"Nowruz 1403", "2024-03-20", "1403-01-01"},
		{"the last day of 1403, a leap year five after the last", "2025-03-20", "1403-12-30"},
		{"Nowruz 1404", "2025-03-21", "1404-01-01"},
		{"Nowruz 1405", "2026-03-21", "1405-01-01"},
		{"the end of the long months", "2022-09-22", "1401-06-31"},
		{"the start of the short months", "2022-09-23", "1401-07-01"},
		{"the last of Bahman", "2022-02-19", "1400-11-30"},
		{"the first of Esfand", "2022-02-20", "1400-12-01"},
		{"New Year's Day", "2022-01-01", "1400-10-11"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := time.Parse(time.DateOnly, c.gregorian)
			if err != nil {
				t.Fatal(err)
			}
			jy, jm, jd := lang.Jalali(g.Date())
			if got := fmt.Sprintf("%d-%02d-%02d", jy, jm, jd); got != c.jalali {
				t.Errorf("%s is %s, want %s", c.gregorian, got, c.jalali)
			}
			y, m, d := lang.Gregorian(jy, jm, jd)
			if got := fmt.Sprintf("%d-%02d-%02d", y, m, d); got != c.gregorian {
				t.Errorf("%s back is %s, want %s", c.jalali, got, c.gregorian)
			}
		})
	}
}

// Every day of four centuries follows the one before it, and comes back.
func TestJalaliEveryDay(t *testing.T) {
	py, pm, pd := lang.Jalali(1799, time.December, 31)
	for day := time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= 2200; day = day.AddDate(0, 0, 1) {
		jy, jm, jd := lang.Jalali(day.Date())
		next := jy == py && jm == pm && jd == pd+1
		month := jy == py && jm == pm+1 && jd == 1 && (pm <= 6 && pd == 31 || pm > 6 && pd == 30)
		year := jy == py+1 && jm == 1 && jd == 1 && pm == 12 && (pd == 29 || pd == 30)
		if !next && !month && !year {
			t.Fatalf("%s: %d-%d-%d after %d-%d-%d", day.Format(time.DateOnly), jy, jm, jd, py, pm, pd)
		}
		y, m, d := lang.Gregorian(jy, jm, jd)
		if y != day.Year() || m != day.Month() || d != day.Day() {
			t.Fatalf("%s comes back as %d-%d-%d", day.Format(time.DateOnly), y, m, d)
		}
		py, pm, pd = jy, jm, jd
	}
}

// The calendar's own definition, computed by astronomy: the year begins on
// the day of the vernal equinox if that falls before noon at 52.5° E, and on
// the day after otherwise.
func TestNowruzFollowsTheEquinox(t *testing.T) {
	for year := 1800; year <= 2200; year++ {
		e := vernalEquinox(year).Add(3*time.Hour + 30*time.Minute)
		want := e.Truncate(24 * time.Hour)
		// Apparent noon on these days comes about 7 minutes after mean noon.
		if e.Sub(want) >= 12*time.Hour+7*time.Minute {
			want = want.AddDate(0, 0, 1)
		}
		y, m, d := lang.Gregorian(year-621, 1, 1)
		got := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if !got.Equal(want) {
			t.Errorf("Nowruz of %d is %s, the equinox (%s in Tehran) says %s", year-621,
				got.Format(time.DateOnly), e.Format(time.DateTime), want.Format(time.DateOnly))
		}
	}
}

// vernalEquinox computes the March equinox in universal time, good to about
// a minute (Meeus, Astronomical Algorithms, 2nd edition, chapter 27).
func vernalEquinox(year int) time.Time {
	y := float64(year-2000) / 1000
	jde := 2451623.80984 + 365242.37404*y + 0.05169*y*y - 0.00411*y*y*y - 0.00057*y*y*y*y
	c := (jde - 2451545.0) / 36525
	rad := math.Pi / 180
	w := (35999.373*c - 2.47) * rad
	lambda := 1 + 0.0334*math.Cos(w) + 0.0007*math.Cos(2*w)
	sum := 0.0
	for _, x := range [][3]float64{
		{485, 324.96, 1934.136}, {203, 337.23, 32964.467}, {199, 342.08, 20.186}, {182, 27.85, 445267.112},
		{156, 73.14, 45036.886}, {136, 171.52, 22518.443}, {77, 222.54, 65928.934}, {74, 296.72, 3034.906},
		{70, 243.58, 9037.513}, {58, 119.81, 33718.147}, {52, 297.17, 150.678}, {50, 21.02, 2281.226},
		{45, 247.54, 29929.562}, {44, 325.15, 31555.956}, {29, 60.93, 4443.417}, {18, 155.12, 67555.328},
		{17, 288.79, 4562.452}, {16, 198.04, 62894.029}, {14, 199.76, 31436.921}, {12, 95.39, 14577.848},
		{12, 287.11, 31931.756}, {12, 320.81, 34777.259}, {9, 227.73, 1222.114}, {8, 15.45, 16859.074},
	} {
		sum += x[0] * math.Cos((x[1]+x[2]*c)*rad)
	}
	jde += 0.00001 * sum / lambda
	// Terrestrial time runs ahead of universal time by a minute or so, and
	// by some three minutes in 2200 if the earth slows as before.
	ahead := 64.0
	if year > 2005 {
		ahead += float64(year-2005) * 0.7
	} else if year < 1960 {
		ahead = 15
	}
	seconds := (jde-2440587.5)*86400 - ahead
	return time.Unix(int64(seconds), 0).UTC()
}
