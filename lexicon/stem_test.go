package lexicon_test

import (
	"strings"
	"testing"

	"karvan/lexicon"
)

// stemOf gives the one term of a word.
func stemOf(t *testing.T, word, tag string) string {
	t.Helper()
	tokens := lexicon.Analyse(word, tag)
	if len(tokens) != 1 {
		t.Fatalf("%q gives %d terms in %s", word, len(tokens), tag)
	}
	return tokens[0].Term
}

func TestFormsOfAWordMeet(t *testing.T) {
	for _, c := range []struct {
		name, tag string
		forms     []string // of one word a line
	}{
		{"Kazakh nouns of case, number and possession", "kk", []string{
			"технология технологиялар технологияны технологияның технологияға технологиядан технологиялары технологиясы технологияларын технологиямен технологияларда технологиялық",
			"зауыт зауыттар зауытта зауыттың зауытқа зауыттан зауыты зауыттары зауыттарда зауытты зауытпен зауытымыз",
			"дәрігер дәрігерлер дәрігерге дәрігердің дәрігерден дәрігерлердің дәрігері",
		}},
		{"Kyrgyz nouns of case, number and possession", "ky", []string{
			"технология технологиялар технологияны технологиянын технологияга технологиядан технологиялары технологиясы технологияларды технологияда технологиялык технологиясынын",
			"завод заводдор заводго заводдун заводдон заводду заводдогу заводдору заводдордун",
			"илим илимдер илимге илимдин илимден илимди илими илимий",
		}},
		{"Uzbek nouns in Latin letters", "uz", []string{
			"zavod zavodlar zavodlarni zavodga zavodning zavoddan zavodda zavodlari zavodlarning zavodimiz zavoddagi",
			"texnologiya texnologiyalar texnologiyani texnologiyaning texnologiyaga texnologiyadan texnologiyasi texnologiyalari texnologiyalarni",
			"olim olimlar olimlarni olimga olimning olimlarga",
		}},
		{"Uzbek in both alphabets", "uz", []string{
			"zavodlar заводлар заводларни заводга заводнинг",
			"oʻsimlik ўсимлик ўсимликлар oʻsimliklarni",
			"sugʻorish суғориш суғоришни sugʻorishga",
		}},
		{"Tajik with izafet, plural and marks of the object", "tg", []string{
			"завод заводҳо заводҳои заводро заводи заводҳоро заводҳоямон заводамон заводе заводаш заводашон",
			"китоб китобҳо китобҳои китоби китобро китобам китобат китобе китобаш китобҳоеро китобашон китобамон",
		}},
		{"Persian with plural, izafet and possession", "fa", []string{
			"کتاب کتابها کتاب‌ها کتاب‌های کتابهای کتابی کتابم کتابش کتابشان کتاب‌هایی کتاب‌هایشان کتابمان",
			"کشاورز کشاورزان کشاورزی کشاورزها",
			"کارخانه کارخانه‌ها کارخانه‌های",
		}},
		{"Urdu plurals, direct and oblique", "ur", []string{
			"کتاب کتابیں کتابوں",
			"لڑکا لڑکے لڑکوں لڑکی",
			"مشین مشینیں مشینوں",
			"ندی ندیاں ندیوں",
			"بیماری بیماریاں بیماریوں",
		}},
		{"Hindi plurals, direct and oblique", "hi", []string{
			"किताब किताबें किताबों",
			"लड़का लड़के लड़कों लड़की",
			"मशीन मशीनें मशीनों",
			"नदी नदियाँ नदियों",
			"बीमारी बीमारियाँ बीमारियों बीमारियां",
			"योजना योजनाएँ योजनाओं योजनाएं",
		}},
		{"Belarusian cases and numbers", "be", []string{
			"завод завода заводу заводам заводзе заводы заводаў заводамі заводах",
			"тэхналогія тэхналогіі тэхналогію тэхналогіяй тэхналогій тэхналогіям тэхналогіямі тэхналогіях",
			"сонечны сонечная сонечнае сонечныя сонечнага сонечнаму сонечным сонечных сонечнымі сонечную",
		}},
		{"Russian cases and numbers", "ru", []string{
			"завод завода заводу заводом заводе заводы заводов заводам заводами заводах",
			"технология технологии технологию технологией технологий технологиям технологиями технологиях",
			"учёный учёного учёному учёные ученых учеными",
		}},
		{"English plurals and endings of verbs", "en", []string{
			"battery batteries", "measure measures measured measuring", "catalyst catalysts catalyst's",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, line := range c.forms {
				words := strings.Fields(line)
				want := stemOf(t, words[0], c.tag)
				for _, w := range words[1:] {
					if got := stemOf(t, w, c.tag); got != want {
						t.Errorf("%s has the stem %q, %s has %q", words[0], want, w, got)
					}
				}
			}
		})
	}
}

func TestOtherWordsStayApart(t *testing.T) {
	for _, c := range []struct{ name, tag, pairs string }{
		{"Kazakh", "kk", "су суық|тау тауық|жер жел|бал балық|қала қалам|күн күз|ана аға|мал малта|нан нар|көз көл|дала дәл|қар қарт"},
		{"Kyrgyz", "ky", "суу сууткуч|тоо топ|жер жел|бал балык|шаар шамал|күн күз|кой көк|мал мамык|нан нар|көз көл|сүт сүрөт|кар каз"},
		{"Uzbek", "uz", "suv suvenir|togʻ togʻri|yer yel|bal balet|shahar shamol|kun kuz|non nok|koʻz koʻl|sut surat|qor qoʻy|mol molekula|gul gumbaz"},
		{"Tajik", "tg", "об обод|кӯҳ кӯча|замин замон|шаҳр шамол|рӯз ранг|нон ном|чашм чашма|шир шиша|барф барг|гул гов|мева мех|сол соя"},
		{"Persian", "fa", "آب آجر|کوه کوچه|زمین زمان|شهر شیر|روز رنگ|نان نام|برف برگ|گل گاو|سال سایه|باد باغ|خاک خانه|سنگ سبز"},
		{"Urdu", "ur", "پانی پان|پہاڑ پہلو|زمین زمان|شہر شیر|ہوا ہال|گندم گنبد|کپاس کپتان|دودھ دوا|سورج سوال|بجلی بجٹ|مٹی مٹر|دریا درخت"},
		{"Hindi", "hi", "पहाड़ पहलू|भूमि भूख|शहर शहद|हवा हल्दी|गेहूँ गेंद|कपास कपड़ा|दूध दवा|सूरज सवाल|बिजली बिल्ली|मिट्टी मिर्च|नदी नमक|ऊर्जा ऊन"},
		{"Belarusian", "be", "вада вуда|гара горад|зямля зіма|лес ліст|дзень дзіця|хлеб хлеў|мора мода|сонца сом|вецер вечар|малако молат|снег смех|рака рама"},
		{"Russian", "ru", "вода водка|гора город|земля зима|лес лист|день дитя|море мода|ветер вечер|снег смех|река рама|уголь угорь|соль солнце|мука музыка"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for pair := range strings.SplitSeq(c.pairs, "|") {
				a, b, _ := strings.Cut(pair, " ")
				if s := stemOf(t, a, c.tag); s == stemOf(t, b, c.tag) {
					t.Errorf("%s and %s both have the stem %q", a, b, s)
				}
			}
		})
	}
}
