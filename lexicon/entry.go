package lexicon

// Entry is a concept, or a pair of words, as a source of vocabulary gives it.
type Entry struct {
	// ID is unique within the source.
	ID string
	// Labels holds the names of the concept, the preferred one of a language first.
	Labels []Label
	// Broader, Related and Exact name other entries: of the same source by their id,
	// of others by what the source calls them, such as an address.
	Broader, Related, Exact []string
	// Field is the code of the OECD Fields of Research and Development (Frascati
	// Manual 2015), "" when the source gives none.
	Field string
}

// Label is a name of a concept in a language.
type Label struct {
	Lang string // BCP 47 tag; AnyLanguage for what is written alike in all
	Text string
}

// AnyLanguage is the language of names that need no translation: Latin names of
// species, formulas, abbreviations.
const AnyLanguage = "mul"

// In gives the labels of the entry in one language.
func (e *Entry) In(lang string) []string {
	var texts []string
	for _, l := range e.Labels {
		if l.Lang == lang {
			texts = append(texts, l.Text)
		}
	}
	return texts
}

// Source says where entries come from.
type Source struct {
	ID      string // short name, unique on the node
	Title   string
	Licence string
	Address string
	// Digest is the SHA-256 of the entries, in hexadecimal.
	Digest string
	// Format is the form in which the entries came.
	Format string
	// Pairs says that the entries are rows of a dictionary: words that translate each
	// other, without a claim that they are concepts.
	Pairs bool
}
