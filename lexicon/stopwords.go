package lexicon

import "strings"

// stopList holds the words of a language that say nothing about a record. Short
// on purpose: rarity makes frequent words weigh little anyway. A query leaves out the
// stop words of all languages, so a word that means something in another one
// (ham, IT, ТЭР) is not in a list.
type stopList struct {
	tag   string
	words string
}

var stopLists = []stopList{
	{"en", "a an and are as at be been but by can for from had has have if in into is its of on or that the their them then there these they this to was were which will with would"},
	{"ru", "а без бы был была были было в во все для до же за и из или их к ко как когда которая которое которые который ли на над не но о об от по под при с со так также то только у уже чем что чтобы это этот эта эти"},
	{"be", "а або але бы в для да за з і й каб на не па пры ў у што гэта"},
	{"kk", "және мен пен бен үшін бойынша туралы немесе бұл осы"},
	{"ky", "жана менен үчүн боюнча тууралуу же бул ушул"},
	{"uz", "va bilan uchun haqida yoki ва билан учун ҳақида ёки"},
	{"tg", "ва бо барои дар аз ба ки ё ин он"},
	{"fa", "و در به از که با برای این آن را یا تا است"},
	{"ar", "و في من على إلى عن أن هذا هذه أو مع"},
	{"ur", "اور میں کے کی کا سے پر یہ وہ ہے ہیں کو"},
	{"hi", "और में के की का से पर यह वह है हैं को या"},
	{"mn", "ба болон нь энэ"},
	{"zh", "的 了 和 与 及 是"},
}

// languages, stopWords and anyStopWord are built once from the lists; words are normalised as
// those of documents are.
var languages, stopWords, anyStopWord = func() (map[string]language, []map[string]bool, map[string]bool) {
	names := map[string]language{}
	for l := en; l < firstList; l++ {
		names[tags[l]] = l
	}
	sets := make([]map[string]bool, int(firstList)+len(stopLists))
	all := map[string]bool{}
	next := firstList
	for _, l := range stopLists {
		lang, ok := names[l.tag]
		if !ok {
			lang = next
			names[l.tag] = next
			next++
		}
		sets[lang] = map[string]bool{}
		for _, w := range strings.Fields(l.words) {
			sets[lang][Normalise(w)] = true
			all[Normalise(w)] = true
		}
	}
	return names, sets, all
}()
