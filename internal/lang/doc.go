// Package lang knows languages: tags and their writing direction, which
// language to show to whom, message catalogues with plural forms, and dates,
// numbers and sort order as each language writes them.
//
// A catalogue is a folder of flat JSON files, locales/<tag>/<area>.json, merged
// at load. A value is a string, or an object of CLDR plural forms
// {"one": …, "few": …, "other": …}. {name} marks where an argument goes; {n}
// is the counted number. Values come out as they are: escaping belongs to
// the template.
//
// Text that strangers send goes through [Clean] before it is kept.
package lang
