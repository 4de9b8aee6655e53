package api

import (
	"net/url"
	"strconv"

	"karvan/internal/id"
)

// values writes the parameters of a list with another cursor.
func (in *listInput) values(cursor string) url.Values {
	v := url.Values{"cursor": {cursor}, "limit": {strconv.Itoa(in.Limit)}}
	for name, list := range map[string][]string{"kind": in.Kind, "lang": in.Lang, "party": in.Party, "field": in.Field, "topic": in.Topic, "state": in.State} {
		if len(list) > 0 {
			v[name] = list
		}
	}
	for name, text := range map[string]string{"q": in.Q, "sort": in.Sort} {
		if text != "" {
			v.Set(name, text)
		}
	}
	return v
}

// revisionURL is where a revision of a record is fetched.
func (a *API) revisionURL(record id.ID, rev int) string {
	return a.recordURL(record) + "?rev=" + strconv.Itoa(rev)
}
