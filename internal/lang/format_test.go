package lang_test

import (
	"testing"
	"time"

	"karvan/internal/lang"
)

// inAll holds what is expected in each interface language.
type inAll map[lang.Tag]string

func (want inAll) check(t *testing.T, c *lang.Catalogues, write func(*lang.Printer) string) {
	t.Helper()
	for _, tag := range lang.Interface {
		if got := write(c.Printer(tag)); got != want[tag] {
			t.Errorf("%s: got %+q (%s), want %+q (%s)", tag, got, got, want[tag], want[tag])
		}
	}
}

func TestFormats(t *testing.T) {
	almaty := time.FixedZone("Asia/Almaty", 5*3600)
	delhi := time.FixedZone("IST", 5*3600+1800)
	day := time.Date(2022, 2, 18, 9, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		write func(*lang.Printer) string
		want  inAll
	}{
		{"a date", func(p *lang.Printer) string { return p.Date(day) }, inAll{
			"en": "18 February 2022", "zh": "2022年2月18日", "ru": "18 февраля 2022 г.", "fa": "۲۹ بهمن ۱۴۰۰ (۱۸ فوریهٔ ۲۰۲۲)"}},
		{"a short date", func(p *lang.Printer) string { return p.DateShort(day) }, inAll{
			"en": "18 Feb 2022", "zh": "2022/2/18", "ru": "18.02.2022", "fa": "۱۴۰۰/۱۱/۲۹ (۲۰۲۲/۲/۱۸)"}},
		{"the date is that of the location t carries", func(p *lang.Printer) string {
			return p.DateShort(time.Date(2022, 2, 18, 20, 0, 0, 0, time.UTC).In(almaty))
		}, inAll{"en": "19 Feb 2022", "zh": "2022/2/19", "ru": "19.02.2022", "fa": "۱۴۰۰/۱۱/۳۰ (۲۰۲۲/۲/۱۹)"}},
		{"a time in UTC", func(p *lang.Printer) string { return p.DateTime(day, nil) }, inAll{
			"en": "18 February 2022, 09:05 (UTC)", "zh": "2022年2月18日 09:05（UTC）",
			"ru": "18 февраля 2022 г., 09:05 (UTC)",
			"fa": "۲۹ بهمن ۱۴۰۰ (۱۸ فوریهٔ ۲۰۲۲)، ساعت ۰۹:۰۵ (\u2068UTC\u2069)"}},
		{"a time in a named zone", func(p *lang.Printer) string { return p.DateTime(day, almaty) }, inAll{
			"en": "18 February 2022, 14:05 (UTC+5, Asia/Almaty)", "zh": "2022年2月18日 14:05（UTC+5, Asia/Almaty）",
			"ru": "18 февраля 2022 г., 14:05 (UTC+5, Asia/Almaty)",
			"fa": "۲۹ بهمن ۱۴۰۰ (۱۸ فوریهٔ ۲۰۲۲)، ساعت ۱۴:۰۵ (\u2068UTC+5, Asia/Almaty\u2069)"}},
		{"an abbreviation that means several zones is not shown", func(p *lang.Printer) string { return p.DateTime(day, delhi) }, inAll{
			"en": "18 February 2022, 14:35 (UTC+5:30)", "zh": "2022年2月18日 14:35（UTC+5:30）",
			"ru": "18 февраля 2022 г., 14:35 (UTC+5:30)",
			"fa": "۲۹ بهمن ۱۴۰۰ (۱۸ فوریهٔ ۲۰۲۲)، ساعت ۱۴:۳۵ (\u2068UTC+5:30\u2069)"}},
		{"a month", func(p *lang.Printer) string { return p.Month(2022, time.February) }, inAll{
			"en": "February 2022", "zh": "2022年2月", "ru": "февраль 2022 г.", "fa": "بهمن – اسفند ۱۴۰۰ (فوریهٔ ۲۰۲۲)"}},
		{"a month over Nowruz", func(p *lang.Printer) string { return p.Month(2022, time.March) }, inAll{
			"en": "March 2022", "zh": "2022年3月", "ru": "март 2022 г.", "fa": "اسفند ۱۴۰۰ – فروردین ۱۴۰۱ (مارس ۲۰۲۲)"}},
		{"a number", func(p *lang.Printer) string { return p.Number(1234567) }, inAll{
			"en": "1,234,567", "zh": "1,234,567", "ru": "1\u00a0234\u00a0567", "fa": "۱٬۲۳۴٬۵۶۷"}},
		{"a number without grouping", func(p *lang.Printer) string { return p.Plain(2026) }, inAll{
			"en": "2026", "zh": "2026", "ru": "2026", "fa": "۲۰۲۶"}},
		{"a decimal", func(p *lang.Printer) string { return p.Decimal(1234.567, 1) }, inAll{
			"en": "1,234.6", "zh": "1,234.6", "ru": "1\u00a0234,6", "fa": "۱٬۲۳۴٫۶"}},
		{"a percentage", func(p *lang.Printer) string { return p.Percent(0.42) }, inAll{
			"en": "42%", "zh": "42%", "ru": "42\u00a0%", "fa": "۴۲٪"}},
		{"few bytes", func(p *lang.Printer) string { return p.Bytes(999) }, inAll{
			"en": "999 B", "zh": "999 B", "ru": "999 Б", "fa": "۹۹۹ بایت"}},
		{"megabytes", func(p *lang.Printer) string { return p.Bytes(1_440_000) }, inAll{
			"en": "1.4 MB", "zh": "1.4 MB", "ru": "1,4 МБ", "fa": "۱٫۴ مگابایت"}},
		{"bytes that round up to the next unit", func(p *lang.Printer) string { return p.Bytes(999_960) }, inAll{
			"en": "1 MB", "zh": "1 MB", "ru": "1 МБ", "fa": "۱ مگابایت"}},
		{"today", func(p *lang.Printer) string { return p.RelDays(0) }, inAll{
			"en": "today", "zh": "今天", "ru": "сегодня", "fa": "امروز"}},
		{"yesterday", func(p *lang.Printer) string { return p.RelDays(-1) }, inAll{
			"en": "yesterday", "zh": "昨天", "ru": "вчера", "fa": "دیروز"}},
		{"tomorrow", func(p *lang.Printer) string { return p.RelDays(1) }, inAll{
			"en": "tomorrow", "zh": "明天", "ru": "завтра", "fa": "فردا"}},
		{"days ahead", func(p *lang.Printer) string { return p.RelDays(22) }, inAll{
			"en": "in 22 days", "zh": "22天后", "ru": "через 22 дня", "fa": "۲۲ روز دیگر"}},
		{"days ago", func(p *lang.Printer) string { return p.RelDays(-1500) }, inAll{
			"en": "1,500 days ago", "zh": "1,500天前", "ru": "1\u00a0500 дней назад", "fa": "۱٬۵۰۰ روز پیش"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cats := load(t)
			c.want.check(t, cats, c.write)
			if m := cats.Missing(); len(m) > 0 {
				t.Errorf("missing %v", m)
			}
		})
	}
}
