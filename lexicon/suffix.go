package lexicon

import (
	"strings"
	"unicode/utf8"
)

// suffixStemmer takes endings off a word: light stemming in the sense of Savoy
// (2006), which brings the forms of a word together and leaves what makes another
// word of it. Agglutinating languages put several endings behind each other, so
// it goes round.
type suffixStemmer struct {
	script script
	rounds int
	least  int                 // letters that must stay
	byEnd  map[string][]string // endings by their last letter, longest first
	front  []string            // what verbs carry in front
	hard   string              // letters after which alone endings begin with one of hardFirst
}

// hardFirst begins those Turkic endings that have a twin with a soft consonant: one
// of them follows hard consonants, the other all else.
const hardFirst = "тқк"

// hardLetters are the consonants that harden what follows, those among them that do
// so at the end of borrowed words.
const hardLetters = "пфктсшщчцхқһбвгд"

// hardened makes the endings of a stemmer follow that rule.
func (st suffixStemmer) hardened() suffixStemmer {
	st.hard = hardLetters
	return st
}

// fits says whether an ending can stand behind what is before it.
func (st *suffixStemmer) fits(rest, ending string) bool {
	if utf8.RuneCountInString(rest) < st.least {
		return false
	}
	if st.hard == "" || !strings.Contains(hardFirst, firstRune(ending)) {
		return true
	}
	_, size := utf8.DecodeLastRuneInString(rest)
	return strings.Contains(st.hard, rest[len(rest)-size:])
}

// newSuffixStemmer makes a stemmer of the endings in a list; they are normalised
// as words are.
func newSuffixStemmer(s script, rounds, least int, front, endings string) suffixStemmer {
	st := suffixStemmer{script: s, rounds: rounds, least: least, byEnd: map[string][]string{}}
	for _, f := range strings.Fields(front) {
		st.front = append(st.front, string(normalise(nil, f)))
	}
	seen := map[string]bool{}
	for _, e := range strings.Fields(endings) {
		e = string(normalise(nil, e))
		if e == "" || seen[e] {
			continue
		}
		seen[e] = true
		_, size := utf8.DecodeLastRuneInString(e)
		last := e[len(e)-size:]
		list := append(st.byEnd[last], e)
		for i := len(list) - 1; i > 0 && len(list[i]) > len(list[i-1]); i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
		st.byEnd[last] = list
	}
	return st
}

// stem takes off all endings it may.
func (st *suffixStemmer) stem(word string) string {
	for range st.rounds {
		shorter := st.peel(word)
		if shorter == word {
			break
		}
		word = shorter
	}
	return st.bare(word)
}

// bare takes off what verbs carry in front.
func (st *suffixStemmer) bare(word string) string {
	for _, f := range st.front {
		if rest, ok := strings.CutPrefix(word, f); ok && utf8.RuneCountInString(rest) >= st.least {
			return rest
		}
	}
	return word
}

// peel takes off the longest ending.
func (st *suffixStemmer) peel(word string) string {
	_, size := utf8.DecodeLastRuneInString(word)
	for _, e := range st.byEnd[word[len(word)-size:]] {
		if rest, ok := strings.CutSuffix(word, e); ok && st.fits(rest, e) {
			return rest
		}
	}
	return word
}

// eachPeel calls f with the word without each of the endings it may have, the
// longest first, until f returns true.
func (st *suffixStemmer) eachPeel(word string, f func(string) bool) bool {
	_, size := utf8.DecodeLastRuneInString(word)
	for _, e := range st.byEnd[word[len(word)-size:]] {
		if rest, ok := strings.CutSuffix(word, e); ok && st.fits(rest, e) && f(rest) {
			return true
		}
	}
	return false
}

// suffixes holds the light stemmers by language. The lists are of endings of
// case, number, possession, person and tense, the infinitive's among them, as
// school grammars of the languages give them.
var suffixes = [firstList]suffixStemmer{
	be: newSuffixStemmer(cyrillic, 1, 3, "", `
		ія іі ію іяй ій іям іямі іях іяў а я о е ё у ю ы і ь й ам ям ом ем ём ах ях амі ямі аў яў оў еў ёў аю яю ою ею ёю ай яй ой ей ёй
		ага яга ого его аму яму ому ему ым ім ых іх ымі імі ая яя ую юю ае яе ое ее ыя ія ыю ію
		асць асці асцю насць насці насцю
		ць ці цца ца ся аць яць ець іць ыць уць юць ацца яцца ецца іцца ыцца уцца юцца
		аў яў еў іў ыў ла ло лі ала яла ела іла ыла ало яло ело іло ыло алі ялі елі ілі ылі аўся алася алося аліся іўся ілася ілося іліся
		е э іць ыць уць юць ем эм ім ым еце эце іце ыце ае яе аюць яюць уюць юе уе ваць аваць яваць аваўся
		аны яны ены аная аныя анага аным аных ана яна ена аны ючы учы ачы ячы ўшы шы
		ання яння ення ванне вання ванні анне енне анні енні аннем еннем аннях
		ны ная нае ныя нага наму ным ных най ную нымі скі ская скае скія скага скаму скім скіх ской скай скую скімі`),
	kk: newSuffixStemmer(cyrillic, 5, 3, "", `
		лар лер дар дер тар тер ым ім ың ің сы сі ы і ымыз іміз мыз міз ыңыз іңіз лары лері дары дері тары тері
		ның нің дың дің тың тің ға ге қа ке на не а е ына іне сына сіне ны ні ты ті н ын ін сын сін
		да де та те нда нде ында інде сында сінде дан ден тан тен нан нен ынан інен сынан сінен мен бен пен
		дағы дегі тағы тегі ғы гі қы кі ндағы ндегі ындағы індегі сындағы сіндегі
		лы лі лық лік дық дік тық тік лығы лігі дығы дігі тығы тігі сыз сіз
		у ю уі уы уды уді уге уға удың удің улы улар
		ған ген қан кен ғаны гені атын етін йтын йтін ып іп п ды ді ты ті ады еді йды йді са се
		ылған ілген ынған інген лған лген нған нген ылды ілді ылады іледі ылатын ілетін ылып іліп ылу ілу
		ша ше дай дей тай тей шы ші`).hardened(),
	ky: newSuffixStemmer(cyrillic, 5, 3, "", `
		лар лер лор лөр дар дер дор дөр тар тер тор төр ым им ум үм ың иң уң үң сы си су сү ы и у ү ыбыз ибиз убуз үбүз
		лары лери лору лөрү дары дери дору дөрү тары тери тору төрү
		нын нин нун нүн дын дин дун дүн тын тин тун түн га ге го гө ка ке ко кө на не но нө а е ына ине уна үнө сына сине суна сүнө
		ны ни ну нү ды ди ду дү ты ти ту тү н ын ин ун үн сын син сун сүн
		да де до дө та те то тө нда нде ндо ндө ында инде унда үндө сында синде сунда сүндө
		дан ден дон дөн тан тен тон төн нан нен нон нөн ынан инен унан үнөн сынан синен сунан сүнөн
		дагы деги догу дөгү тагы теги тогу төгү гы ги гу гү кы ки ку кү ндагы ндеги ындагы индеги
		луу лүү дуу дүү туу түү лык лик лук лүк дык дик дук дүк тык тик тук түк сыз сиз суз сүз
		уу үү оо өө ган ген гон гөн кан кен кон көн ып ип уп үп п ат ет от өт йт са се со сө
		ылган илген улган үлгөн ынган инген лган лген нган нген ылды илди ылат илет улат үлөт
		ча че чо чө дай дей дой дөй чы чи чу чү ий`).hardened(),
	uz: newSuffixStemmer(latin, 5, 3, "", `
		lar im ing i si imiz ingiz lari larning ning ga ka qa ni da dan dagi gi ki ini ining iga ida idan sini sining siga sida sidan
		idagi sidagi lik ligi lar li siz moq mog ish ishi sh shi ishni ishga gan kan qan gani adi ydi di ib b sa
		ilgan ingan lgan ngan ildi indi iladi inadi ilgan ilishi lanadi langan lashtirish lash lashgan
		uvchi vchi chi dek day cha roq roʻq kor iy viy aviy ayotgan yotgan`),
	tg: newSuffixStemmer(cyrillic, 3, 3, "ме на бе наме", `
		ҳо ҳои ҳоӣ ҳоеро ҳое он они гон гони ён ёни и ӣ ии ро е ам ат аш амон атон ашон
		иву у ву ю анд янд ад яд ем ед аст тар тарин
		дан тан идан ондан ондани дани тани идани
		да та ида ондаи шуда шудаи кунанда анда андагон андагони гӣ гии агӣ
		ҳоро ҳояш ҳояшон ҳоямон иро ашро`),
	fa: newSuffixStemmer(arabic, 2, 3, "می نمی همی", `
		ها های هایی هایش هایشان هایم هایمان ان ات ی یی ای م ت ش مان تان شان تر ترین را ند ید یم
		دن تن یدن اندن ده ته شده شدن کردن کننده نده ندگان گان گی`),
	ur: newSuffixStemmer(arabic, 2, 2, "", `
		وں یں ے ی ا یاں یوں ئیں ئوں ؤں ات نا نے نی تا تے تی یا ئے ئی وانا انا انے ہ گی`),
	hi: newSuffixStemmer(devanagari, 2, 2, "", `
		ों ें े ी ा ि ु ू ो ियाँ ियां ियों ाओं ाएँ ाएं ओं एँ एं ुओं ुएँ ाई ाओ ीय
		ना ने नी ता ते ती या ये यी ए ई कर ाना ाने ाया ाये ाकर ेगा ेगी ेंगे ेंगी
		वाला वाले वाली नाओं नाएँ नाएं`),
}

// uzbekLatin writes a normalised Uzbek word of Cyrillic letters in Latin ones, by
// the alphabet of 1995.
func uzbekLatin(word string) string {
	var b strings.Builder
	start := true
	for _, r := range word {
		switch {
		case r == 'е' && start:
			b.WriteString("ye")
		case r >= 0x400 && r < 0x530:
			b.WriteString(uzbekLetters[r])
		default:
			b.WriteRune(r)
		}
		start = strings.ContainsRune("аеиоуэюяўъь", r)
	}
	return b.String()
}

var uzbekLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "y", 'к': "k", 'л': "l", 'м': "m",
	'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "x", 'ц': "s", 'ч': "ch", 'ш': "sh", 'ъ': "'",
	'ь': "", 'э': "e", 'ю': "yu", 'я': "ya", 'ў': "o'", 'қ': "q", 'ғ': "g'", 'ҳ': "h", 'ы': "i", 'щ': "sh",
}
