package arch

// Layer is what part a package plays; who may import whom follows from it.
type Layer string

// The layers.
const (
	Command  Layer = "command"  // main packages
	Program  Layer = "program"  // puts everything together
	Face     Layer = "face"     // shows it: may see every area
	Carrier  Layer = "carrier"  // takes records in and out, knows the meaning of none
	Area     Layer = "area"     // a part of what the platform is
	Index    Layer = "index"    // answers every question, derived from the records
	Core     Layer = "core"     // what every area builds on
	Pure     Layer = "pure"     // computes, and depends on nothing of ours that stores
	Plumbing Layer = "plumbing" // serves all, knows none
	Support  Layer = "support"  // tests, tools and data
)

// places says what layer a folder belongs to; the longest entry that fits
// counts. A new package at the top has to be entered here.
var places = map[string]Layer{
	"cmd":     Command,
	"scripts": Command,
	"app":     Program,
	"site":    Face,
	"api":     Face,

	"exchange":          Carrier,
	"federation":        Carrier,
	"federation/ledger": Pure,

	"parties":        Area,
	"people":         Area,
	"announcements":  Area,
	"catalogue":      Area,
	"engagements":    Area,
	"meetings":       Area,
	"commitments":    Area,
	"strategies":     Area,
	"calls":          Area,
	"exchanges":      Area,
	"demonstrations": Area,

	"matching":        Index,
	"matching/engine": Pure,
	"record":          Core,
	"lexicon":         Core,

	"internal":         Plumbing,
	"internal/testkit": Support,
	"internal/arch":    Support,
	"locales":          Support,
}

// neighbours says which other areas an area may import. What is not here is
// reached through the journal, or by id.
var neighbours = map[string][]string{
	"announcements":  {"parties"},
	"catalogue":      {"parties"},
	"meetings":       {"parties"},
	"strategies":     {"parties"},
	"calls":          {"parties"},
	"exchanges":      {"parties"},
	"demonstrations": {"parties"},
	"engagements":    {"parties", "catalogue"},
	"commitments":    {"parties", "meetings"},

	"exchange": {"parties"}, // the register of research organisations becomes records of organisations
}

// place gives the entry of places that a folder belongs to.
func place(dir string) (folder string, layer Layer) {
	for folder = dir; folder != "." && folder != ""; folder = parent(folder) {
		if l, ok := places[folder]; ok {
			return folder, l
		}
	}
	return "", ""
}

func parent(dir string) string {
	for i := len(dir) - 1; i >= 0; i-- {
		if dir[i] == '/' {
			return dir[:i]
		}
	}
	return ""
}

// Areas lists the areas that the tree has, sorted.
func (t *Tree) Areas() []string {
	seen := map[string]bool{}
	for _, dir := range t.Packages() {
		if folder, layer := place(dir); layer == Area {
			seen[folder] = true
		}
	}
	return sorted(seen)
}
