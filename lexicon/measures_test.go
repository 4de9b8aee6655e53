package lexicon_test

import (
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
)

// measuresOf gives the terms of the quantities of a text.
func measuresOf(text, tag string) []string {
	terms, _ := lexicon.NewBuilder().Build().Terms(nil, nil, text, tag)
	return slices.DeleteFunc(terms, func(s string) bool { return s[0] != '#' })
}

func TestQuantitiesMeet(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts [][2]string // language and text
	}{
		{"a yield in every language", [][2]string{{"en", "20 t/ha"}, {"en", "20 tonnes per hectare"}, {"en", "20 t ha⁻¹"}, {"en", "20 t ha-1"}, {"en", "2 kg/m2"}, {"en", "20,000 kg/ha"},
			{"ru", "20 т/га"}, {"ru", "20 тонн с гектара"}, {"ru", "20 тонн на гектар"}, {"ru", "200 ц/га"}, {"be", "20 т/га"}, {"kk", "20 т/га"}, {"ky", "20 т/га"}, {"tg", "20 т/га"}, {"uz", "20 t/ga"}, {"uz", "20 т/га"},
			{"zh", "20吨/公顷"}, {"zh", "20 吨每公顷"}, {"fa", "20 تن در هکتار"}, {"fa", "۲۰ تن در هکتار"}, {"hi", "20 टन प्रति हेक्टेयर"}, {"hi", "२० टन प्रति हेक्टेयर"}, {"ur", "20 ٹن فی ہیکٹر"}, {"ur", "۲۰ ٹن فی ہیکٹر"}}},
		{"frost", [][2]string{{"en", "at -30 °C"}, {"en", "at −30°C"}, {"en", "minus 30 °C"}, {"ru", "при минус 30 градусах"}, {"zh", "零下30℃"}, {"zh", "零下30摄氏度"}, {"fa", "منفی ۳۰ درجه"}, {"en", "243.15 K"}, {"en", "-22 °F"}}},
		{"power", [][2]string{{"en", "3 MW"}, {"en", "3000 kW"}, {"ru", "3 МВт"}, {"ru", "3 000 кВт"}, {"uz", "3 MVt"}, {"zh", "3兆瓦"}, {"zh", "3000千瓦"}, {"fa", "۳ مگاوات"}, {"hi", "3 मेगावाट"}, {"ur", "3 میگاواٹ"}, {"kk", "3 мегаватт"}, {"be", "3 мегаваты"}}},
		{"energy", [][2]string{{"en", "10 kWh"}, {"en", "36 MJ"}, {"ru", "10 кВт·ч"}, {"ru", "10 киловатт-часов"}, {"zh", "10千瓦时"}, {"fa", "۱۰ کیلووات ساعت"}, {"uz", "10 kVt·soat"}}},
		{"a fraction with a point or a comma", [][2]string{{"en", "1.5 m"}, {"ru", "1,5 м"}, {"fa", "۱٫۵ متر"}, {"en", "150 cm"}, {"zh", "1.5米"}, {"hi", "1.5 मीटर"}}},
		{"thousands", [][2]string{{"en", "1,500 km"}, {"ru", "1500 км"}, {"ru", "1 500 км"}, {"ru", "1,5 тыс. км"}, {"zh", "1500公里"}, {"fa", "۱٬۵۰۰ کیلومتر"}, {"ky", "1500 километр"}}},
		{"volume", [][2]string{{"en", "100 m³"}, {"en", "100 m3"}, {"en", "100 cubic metres"}, {"en", "100,000 litres"}, {"ru", "100 м³"}, {"ru", "100 куб. м"}, {"ru", "100 кубометров"}, {"zh", "100立方米"}, {"fa", "۱۰۰ متر مکعب"}, {"hi", "100 घन मीटर"}}},
		{"concentration", [][2]string{{"en", "5 g/L"}, {"en", "5 kg m-3"}, {"ru", "5 г/л"}, {"ru", "5 кг/м³"}, {"zh", "5克/升"}, {"fa", "۵ گرم در لیتر"}, {"hi", "5 ग्राम प्रति लीटर"}}},
		{"flow", [][2]string{{"en", "36 m3/h"}, {"en", "10 L/s"}, {"ru", "36 м³/ч"}, {"ru", "10 л/с"}, {"zh", "36立方米/小时"}, {"fa", "۱۰ لیتر بر ثانیه"}}},
		{"pressure", [][2]string{{"en", "6 bar"}, {"en", "0.6 MPa"}, {"ru", "6 бар"}, {"ru", "0,6 МПа"}, {"zh", "0.6兆帕"}}},
		{"a share", [][2]string{{"en", "35%"}, {"en", "35 per cent"}, {"ru", "35 %"}, {"ru", "35 процентов"}, {"fa", "۳۵ درصد"}, {"fa", "۳۵٪"}, {"ur", "35 فیصد"}, {"hi", "35 प्रतिशत"}, {"uz", "35 foiz"}, {"kk", "35 пайыз"}, {"tg", "35 фоиз"}}},
		{"money", [][2]string{{"en", "$5 million"}, {"en", "5 million dollars"}, {"ru", "5 млн долларов"}, {"zh", "500万美元"}, {"fa", "۵ میلیون دلار"}, {"hi", "50 लाख डॉलर"}, {"uz", "5 mln dollar"}}},
		{"roubles", [][2]string{{"ru", "1,5 млн руб."}, {"ru", "1,5 миллиона рублей"}, {"en", "1.5 million roubles"}, {"zh", "150万卢布"}}},
		{"area", [][2]string{{"en", "50 ha"}, {"en", "0.5 km²"}, {"ru", "50 гектаров"}, {"zh", "50公顷"}, {"ur", "50 ہیکٹر"}, {"uz", "50 gektar"}, {"kk", "50 гектар"}}},
		{"time", [][2]string{{"en", "5 years"}, {"ru", "5 лет"}, {"zh", "5年"}, {"fa", "۵ سال"}, {"hi", "5 साल"}, {"kk", "5 жыл"}, {"uz", "5 yil"}, {"be", "5 гадоў"}}},
		{"small things", [][2]string{{"en", "200 nm"}, {"ru", "200 нм"}, {"zh", "200纳米"}, {"fa", "۲۰۰ نانومتر"}, {"en", "0.2 µm"}, {"ru", "0,2 мкм"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := measuresOf(c.texts[0][1], c.texts[0][0])
			if len(want) != 1 {
				t.Fatalf("%s gives %q", c.texts[0][1], want)
			}
			for _, x := range c.texts[1:] {
				if got := measuresOf(x[1], x[0]); !slices.Contains(got, want[0]) {
					t.Errorf("%s (%s) gives %q, not %q", x[1], x[0], got, want)
				}
			}
		})
	}
}

func TestRangesThatOverlapMeet(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		meet       bool
	}{
		{"a value within a range", "7 kW", "5–10 kW", true},
		{"two ranges", "5-10 кВт", "8…20 кВт", true},
		{"units on both ends", "5 kW to 10 kW", "9 kW", true},
		{"a range in words", "от 5 до 10 кВт", "7 кВт", true},
		{"what is up to something", "up to 20 t/ha", "12 t/ha", true},
		{"what is up to something, in Hindi", "20 टन तक", "12 टन", true},
		{"a tolerance", "50 ± 10 °C", "42 °C", true},
		{"a tolerance of another unit behind each", "50 °C ± 10 °C", "58 °C", true},
		{"frost", "-10…-30 °C", "-20 °C", true},
		{"from frost to heat", "от -40 до +40 °C", "20 °C", true},
		{"a Chinese range", "5至10千瓦", "8 kW", true},
		{"a Persian range", "۵ تا ۱۰ کیلووات", "8 kW", true},
		{"the ends of a wide range", "1 W – 1 GW", "1 GW", true},
		{"the end of a word is not up to", "вада 20 т/га", "8 т/га", false},
		{"a hyphen is no minus", "марка А-30 °C", "-30 °C", false},
		{"a value beside a range", "20 kW", "5–10 kW", false},
		{"frost and heat", "-30 °C", "30 °C", false},
		{"other dimensions", "20 kW", "20 kWh", false},
		{"milliwatts are no megawatts", "5 mW", "5 MW", false},
		{"money of other countries", "5 млн руб.", "5 million yuan", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := measuresOf(c.a, "ru"), measuresOf(c.b, "ru")
			if len(a) == 0 || len(b) == 0 || len(a) > 12 || len(b) > 12 {
				t.Fatalf("%q, %q", a, b)
			}
			if meet := slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) }); meet != c.meet {
				t.Errorf("%q, %q", a, b)
			}
		})
	}
}

func TestWhatIsNoQuantity(t *testing.T) {
	for _, c := range []struct{ name, tag, text string }{
		{"a number alone", "en", "in 24 and 25"},
		{"a year", "ru", "в 2024 г. и 2025 году"},
		{"a Chinese year", "zh", "2024年"},
		{"a date", "en", "12.05.2024, 12:30"},
		{"a formula", "en", "CO2 and H2O"},
		{"a list of numbers", "en", "1, 2, 3, 4"},
		{"a number before a word", "ru", "20 сел и 5 рек"},
		{"soldiers are no years", "tg", "20 солдат"},
		{"villages are no months", "ky", "20 айыл"},
		{"years from and to", "ru", "2020–2025 годы, 1990-е гг."},
		{"a generation of networks", "en", "5G and 3D, Web 2.0"},
		{"a Chinese date", "zh", "2024年5月12日"},
		{"a century", "ru", "в 19 в. и 20 веке"},
		{"a telephone", "en", "+7 495 123-45-67"},
		{"no number at all", "en", "t/ha, kW, °C"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := measuresOf(c.text, c.tag); len(got) > 0 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAQuantityIsMarkedWhereItStands(t *testing.T) {
	for _, c := range []struct{ name, tag, text, want string }{
		{"with its unit", "ru", "урожай 20 т/га пшеницы", "20 т/га"},
		{"with its minus", "en", "down to −30 °C in winter", "−30 °C"},
		{"a whole range", "en", "pumps of 5–10 kW, new", "5–10 kW"},
		{"with the currency before it", "en", "costs $5 million now", "$5 million"},
		{"beside Chinese", "zh", "产量20吨/公顷左右", "20吨/公顷"},
		{"without the full stop", "ru", "около 50 кг.", "50 кг"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, tok := range lexicon.CoreLexicon().Tokens(c.text, c.tag) {
				if tok.Term[0] == '#' {
					got = append(got, c.text[tok.Start:tok.End])
				}
			}
			if got = slices.Compact(got); len(got) != 1 || got[0] != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAQueryAsksForQuantities(t *testing.T) {
	want := measuresOf("20 t/ha", "en")[0]
	found := false
	for _, g := range lexicon.CoreLexicon().Query("пшеница 20 т/га", "ru") {
		for _, f := range g.Terms {
			found = found || f.Term == want
		}
	}
	if !found {
		t.Errorf("%s is not asked for", want)
	}
}

func TestFormulasAreNamesWithoutALanguage(t *testing.T) {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "t"}, entry("water", "mul", "H2O"), entry("carbon-dioxide", "mul", "CO₂"), entry("gypsum", "mul", "CaSO4·2H2O"),
		entry("lime", "mul", "Ca(OH)2"), entry("sulphuric-acid", "mul", "H2SO4"))
	x := b.Build()
	for _, c := range []struct{ name, text, want string }{
		{"digits on the line", "CO2", "carbon-dioxide"}, {"digits below the line", "CO₂", "carbon-dioxide"}, {"several digits", "H₂SO₄", "sulphuric-acid"},
		{"a hydrate", "CaSO₄·2H₂O", "gypsum"}, {"brackets", "Ca(OH)₂", "lime"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, tag := range append([]string{""}, lexicon.CoreLanguages...) {
				for _, text := range []string{c.text, "воздух " + c.text + ", вода", "大气" + c.text + "。"} {
					if terms, _ := x.Terms(nil, nil, text, tag); !slices.Contains(terms, "=t:"+c.want) {
						t.Errorf("%s in %q: %q", text, tag, terms)
					}
				}
			}
		})
	}
	for _, tok := range lexicon.Analyse("H₂SO₄", "ru") {
		if tok.Term != "h2so4" {
			t.Errorf("the formula is cut: %q", tok.Term)
		}
	}
}

func FuzzMeasures(f *testing.F) {
	for _, s := range []string{"20 t/ha", "-30…−10 °C", "1 000 000,5 млн руб. в год", "۲۰ تن در هکتار", "२० टन", "±5 %", "$1e9 9999999999999999999999999999 kW", "5至10千瓦每公顷", "1–1 W – 1 GW", "kg m⁻³ 5 kg m⁻", "\xff5\xffкг"} {
		f.Add(s)
	}
	x := lexicon.NewBuilder().Build()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<11 {
			return
		}
		checkTerms(t, x, text, "ru")
		checkTerms(t, x, text, "en")
		if n := len(measuresOf(text, "en")); n > 64*12 {
			t.Fatalf("%d terms", n)
		}
	})
}

func TestMeasuresOfALongTextAreBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat("1 W – 1 GW ", 5_000), strings.Repeat("9", 1<<20), strings.Repeat("1 ", 1<<16), strings.Repeat("1,", 1<<16)} {
		if n := len(measuresOf(text, "en")); n > 64*12 {
			t.Errorf("%d terms", n)
		}
	}
}

func BenchmarkMeasures(b *testing.B) {
	x := lexicon.NewBuilder().Build()
	for _, c := range []struct{ name, text string }{
		{"none", strings.Repeat("Опреснение морской воды мембранами ", 25)}, {"many", strings.Repeat("20 т/га при 5–10 °C, ", 20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Terms(nil, nil, c.text, "ru")
			}
		})
	}
}
