package parties

import (
	"karvan/internal/id"
	"karvan/record"
)

// features tells the index every name there ever was, so that an old name still
// finds, and the present ones in alphabetical order.
func features(r *record.Record, f *record.Features, code func(id.ID) string) {
	for _, n := range NamesOf(r) {
		f.Say("title", n.Lang, n.Name)
		f.Say("summary", n.Lang, n.Official)
		f.Say("summary", n.Lang, n.Short)
		if n.To == "" {
			f.Names[n.Lang] = n.Name
		}
	}
	switch b := r.Body.(type) {
	case *State:
		f.Add("code", b.Code)
		f.Say("code", "", b.Code+" "+b.ISO3)
		f.Numbers["order"] = int64(b.Order)
	case *Organisation:
		f.Add("state", code(b.State))
		f.Add("actor", b.Type)
		f.Add("parent", string(b.Parent))
		f.Say("text", "", b.Place)
		f.Say("code", "", b.ROR)
		f.Say("code", "", b.NationalID)
	case *Body:
		f.Add("parent", string(b.Parent))
	case *Post:
		f.Add("owner", string(b.Organisation))
	}
}
